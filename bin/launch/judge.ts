/**
 * Watches a new version from outside and decides about it (docs/decisions, "Updates in two slots"). A process of its own,
 * of the launcher's code: it sees a daemon that crashes, hangs or cannot connect, which that daemon cannot.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, pidOf } from '#config/process-identity.ts';
import { decide, freeRoom, readSlots, type Trial } from '#config/slots.ts';
import type { ErrorCode } from '#contract/errors/catalogue.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { apiFiles } from '#daemon/api/file-names.ts';
import { fields } from './fields.ts';
import { lastWords } from './last-words.ts';

/** What the launcher tells the judge. */
export interface JudgeOrder {
  root: string;
  trial: string;
  stateFolder: string;
  launcher: string;
}

const LOOK_EVERY_MS = 250;
const ANSWER_LIMIT_MS = 5000;
const ANSWER_LEAST_MS = 1000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** How long a service manager gets to start the old version before the judge does. */
const RESTART_GRACE_MS = 3000;

/** Why the new version has not proven itself yet. */
interface Doubt {
  code: ErrorCode;
  detail: string;
}

/** Runs until there is a verdict and, after a rollback, until the old version runs. */
export async function judge(order: JudgeOrder, env: NodeJS.ProcessEnv): Promise<void> {
  const trial = readSlots(order.root)?.trial;
  if (trial === undefined || trial.id !== order.trial || trial.attempt === undefined) return;
  const doubt = await watch(order, trial, trial.attempt);
  const at = new Date().toISOString();
  if (doubt === undefined) {
    decide(order.root, trial, { outcome: 'Updated', at });
    return;
  }
  const reason = new DemarcError(doubt.code, doubt.detail).toText();
  // Stopped first, not killed: whoever manages the service would start the launcher before the reason is on disk.
  if (isAlive(trial.attempt)) process.kill(pidOf(trial.attempt), 'SIGSTOP');
  freeRoom(order.stateFolder);
  record(order, trial, { outcome: 'Rolled back', at, reason });
  // What the verdict says now may be somebody else's: a second start is quicker than a look.
  const isUpdated = readSlots(order.root)?.last?.outcome === 'Updated';
  if (isAlive(trial.attempt)) process.kill(pidOf(trial.attempt), isUpdated ? 'SIGCONT' : 'SIGKILL');
  if (isUpdated) return;
  await bringBack(order, trial.attempt, env);
}

/** Without a verdict on disk, as on a full one, the next start rolls back all the same: it is the second. */
function record({ root }: JudgeOrder, trial: Trial, verdict: Parameters<typeof decide>[2]): void {
  try {
    decide(root, trial, verdict);
  } catch (error) {
    process.stderr.write(`the verdict of an update cannot be written: ${String(error)}\n`);
  }
}

/** Undefined when the version has proven itself, else why not. The clock that counts cannot be set. */
async function watch(order: JudgeOrder, trial: Trial, daemon: string): Promise<Doubt | undefined> {
  const end = performance.now() + trial.limitMs;
  let goodSince: number | undefined;
  let doubt: Doubt = { code: 'update.hangs', detail: 'it has not answered yet' };
  for (;;) {
    if (!isAlive(daemon))
      return { code: 'update.crashed', detail: lastWords(order.stateFolder, trial.since) ?? `version ${trial.to}` };
    const answerLimit = Math.min(ANSWER_LIMIT_MS, Math.max(ANSWER_LEAST_MS, end - performance.now()));
    const found = await look(order.stateFolder, trial, daemon, answerLimit);
    const now = performance.now();
    if (found === undefined) {
      goodSince ??= now;
      if (now - goodSince >= trial.settleMs) return undefined;
    } else {
      goodSince = undefined;
      doubt = found;
      if (found.code === 'update.wrong-version' || found.code === 'update.store-lost') return found;
    }
    if (now >= end) return doubt;
    await sleep(LOOK_EVERY_MS);
  }
}

/** One look through the local API, with the token that the command line uses. */
async function look(stateFolder: string, trial: Trial, daemon: string, limitMs: number): Promise<Doubt | undefined> {
  let status: Record<string, unknown>;
  try {
    status = fields(await ask(stateFolder, daemon, limitMs));
  } catch (error) {
    return { code: 'update.hangs', detail: error instanceof Error ? error.message : String(error) };
  }
  const { version } = status;
  if (version !== trial.to) return { code: 'update.wrong-version', detail: `${String(version)} for ${trial.to}` };
  const { status: store, detail } = fields(status['store']);
  if (store === 'rebuilt')
    return { code: 'update.store-lost', detail: typeof detail === 'string' ? detail.slice(0, 300) : store };
  const cloud = fields(status['cloud']);
  if (trial.needsCloud && cloud['state'] !== 'online') {
    const { message } = fields(cloud['lastError']);
    return { code: 'update.no-cloud', detail: String(message ?? cloud['state']).slice(0, 300) };
  }
  return undefined;
}

function ask(stateFolder: string, daemon: string, limitMs: number): Promise<unknown> {
  const files = apiFiles(stateFolder);
  const { url, pid } = fields(JSON.parse(readFileSync(files.address, 'utf8')));
  if (pid !== pidOf(daemon) || typeof url !== 'string') throw new Error('its local API is not up');
  const token = readFileSync(files.token, 'utf8').trim();
  return new Promise((resolve, reject) => {
    const asked = request(new URL('/api/status', url), {
      agent: false,
      ca: readFileSync(files.certificate),
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(limitMs),
    });
    asked.once('error', reject);
    asked.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_ANSWER_BYTES) asked.destroy(new Error('the answer is too large'));
      });
      answer.once('error', reject);
      answer.once('end', () => {
        try {
          if (answer.statusCode !== 200) throw new Error(`its local API answered ${answer.statusCode}`);
          resolve(JSON.parse(text));
        } catch (error) {
          reject(error);
        }
      });
    });
    asked.end();
  });
}

/** Starts the old version, unless a service manager does that or somebody has done it. */
async function bringBack(order: JudgeOrder, dead: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (env['INVOCATION_ID'] !== undefined || env['NOTIFY_SOCKET'] !== undefined) return;
  const end = performance.now() + RESTART_GRACE_MS;
  while (performance.now() < end) {
    await sleep(LOOK_EVERY_MS);
    if (isSomebodyUp(order.stateFolder, dead)) return;
  }
  const node = env['DEMARC_LAUNCHER_NODE'] ?? process.execPath;
  const { DEMARC_ATTEMPT: _, DEMARC_JUDGE: __, ...clean } = env;
  spawn(node, [order.launcher], { detached: true, stdio: ['ignore', 'inherit', 'inherit'], env: clean }).unref();
}

function isSomebodyUp(stateFolder: string, dead: string): boolean {
  try {
    const { pid } = fields(JSON.parse(readFileSync(apiFiles(stateFolder).address, 'utf8')));
    if (typeof pid !== 'number' || pid === pidOf(dead)) return false;
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
