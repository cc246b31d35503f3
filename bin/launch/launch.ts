/** The start of an installation with two slots: which release runs, and who watches a new one. */
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { processIdentity } from '#config/process-identity.ts';
import {
  DAEMON_FILE,
  decide,
  freeRoom,
  isComplete,
  otherSlot,
  readSlots,
  type SlotName,
  type Slots,
  slotFolder,
  type Trial,
  writeSlots,
} from '#config/slots.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { JudgeOrder } from './judge.ts';
import { lastWords } from './last-words.ts';

/** Says to the same process, after it became the new release's own Node, that its attempt has been counted. */
const ATTEMPT = 'DEMARC_ATTEMPT';

interface LaunchOptions {
  /** The folder of the installation. */
  root: string;
  /** The launcher's own program of the judge, and of the daemon's start. */
  judge: string;
  launcher: string;
  stateFolder: string;
  env: NodeJS.ProcessEnv;
  warn: (text: string) => void;
}

/**
 * Chooses the release to run and gives the path of its daemon. A new version is started once: that is on disk, and the
 * judge runs, before its first instruction; a second start without a verdict brings the old one back.
 * Becomes the release's own Node where it has one (execve: same process).
 */
export function launch(options: LaunchOptions): string {
  const { root, env } = options;
  // Of the process before a restart; only an attempt that goes on still has its judge.
  if (env[ATTEMPT] === undefined) delete env['DEMARC_JUDGE'];
  const slot = chooseSlot(options);
  Object.assign(env, {
    DEMARC_INSTALL: root,
    DEMARC_SLOT: slot,
    DEMARC_LAUNCHER: options.launcher,
    DEMARC_LAUNCHER_NODE: env['DEMARC_LAUNCHER_NODE'] ?? process.execPath,
  });
  becomeNodeOf(options, slot);
  delete env[ATTEMPT];
  return join(slotFolder(root, slot), DAEMON_FILE);
}

function chooseSlot({ root, stateFolder, judge, launcher, env, warn }: LaunchOptions): SlotName {
  const slots = readSlots(root);
  if (slots === undefined) {
    const slot: SlotName = isComplete(root, 'a') ? 'a' : 'b';
    warn(`the state of the slots in ${root} cannot be read; slot ${slot} is started`);
    writeSlots(root, { active: slot });
    return slot;
  }
  const chosen = slots.trial === undefined ? slots.active : onTrial(slots, slots.trial);
  if (isComplete(root, chosen) || !isComplete(root, otherSlot(chosen))) return chosen;
  warn(`slot ${chosen} holds no complete release; slot ${otherSlot(chosen)} is started`);
  return otherSlot(chosen);

  function onTrial(before: Slots, trial: Trial): SlotName {
    const self = processIdentity() ?? 'unknown';
    if (env[ATTEMPT] === trial.id && trial.attempt === self) return trial.slot;
    try {
      if (trial.attempt !== undefined) {
        return rollBack(trial, new DemarcError('update.started-twice', lastWords(stateFolder, trial.since)));
      }
      if (!isComplete(root, trial.slot)) return rollBack(trial, new DemarcError('update.incomplete'));
      writeSlots(root, { ...before, trial: { ...trial, attempt: self } });
      const order: JudgeOrder = { root, trial: trial.id, stateFolder: resolve(stateFolder), launcher };
      const child = spawn(process.execPath, [judge, JSON.stringify(order)], {
        detached: true,
        // The log of a judge that outlives its service goes where the daemon's goes.
        stdio: ['ignore', 'inherit', 'inherit'],
        env,
      });
      child.on('error', (error) => warn(`the new version cannot be watched: ${error.message}`));
      child.unref();
      if (child.pid === undefined) return rollBack(trial, new DemarcError('update.unwatched'));
      env[ATTEMPT] = trial.id;
      env['DEMARC_JUDGE'] = processIdentity(child.pid) ?? 'gone';
      return trial.slot;
    } catch (error) {
      // A full disk: what cannot be recorded is not tried.
      warn(`the new version ${trial.to} is not started: ${error instanceof Error ? error.message : String(error)}`);
      return before.active;
    }
  }

  function rollBack(trial: Trial, error: DemarcError): SlotName {
    warn(`version ${trial.to}: ${error.message}`);
    freeRoom(stateFolder);
    const verdict = { outcome: 'Rolled back', at: new Date().toISOString(), reason: error.toText() } as const;
    return decide(root, trial, verdict).active;
  }
}

function becomeNodeOf({ root, launcher, env }: LaunchOptions, slot: SlotName): void {
  const node = join(slotFolder(root, slot), 'bin/node');
  const wanted = existsSync(node) ? realpathSync(node) : env['DEMARC_LAUNCHER_NODE'];
  if (wanted === undefined || wanted === process.execPath || process.execve === undefined) return;
  process.execve(wanted, [wanted, ...process.execArgv, launcher, ...process.argv.slice(2)], env);
}
