import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '#config/atomic-file.ts';
import { systemClock } from '#config/clock.ts';
import { type DaemonSettings, daemonSettings } from '#config/daemon-settings.ts';
import { createLog, type Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import packageJson from '../package.json' with { type: 'json' };
import { startDaemon } from './main.ts';
import { Hearts } from './notify/hearts.ts';
import type { ServiceManager } from './notify/service-manager.ts';
import { becomeLauncher } from './power/restart.ts';
import { type ResetMarker, resetMarkerPath } from './reset/marker.ts';

/** systemd and people wait about five seconds before they kill. */
const STOP_LIMIT_MS = 4500;

/**
 * The process: settings from the environment, log on stdout and in a file. Ends in order at SIGTERM and SIGINT, and starts
 * anew when asked.
 */
export async function runDaemon(env: NodeJS.ProcessEnv): Promise<void> {
  const settings = settingsOrExit(env);
  const logFile = join(settings.stateFolder, 'logs', 'daemon.log');
  const fatal = (thrown: unknown): never => {
    const error = toDemarcError(thrown);
    process.stderr.write(`demarc-daemon: ${error.message}. ${error.nextStep}\n`);
    return process.exit(error.code === 'config.invalid' ? 2 : 1);
  };
  // Before the log makes its own folder inside, with whatever mode.
  await makeFolder(settings.stateFolder).catch(fatal);
  const reset = await finishDueReset(settings).catch(fatal);
  const log = await createLog({ level: settings.logLevel, unit: 'daemon', file: logFile }).catch(fatal);
  const fail = (thrown: unknown): never => {
    const { code, message, nextStep } = toDemarcError(thrown);
    log.fatal({ code, nextStep, err: thrown }, message);
    return fatal(thrown);
  };
  if (reset !== undefined) log.warn({ code: 'reset.done', ...reset }, 'this gateway has left its account');
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  const hearts = new Hearts();
  const manager = await serviceManager(env, { hearts, log });
  let end: 'stop' | 'restart' | undefined;
  const leave = (how: 'stop' | 'restart', signal?: NodeJS.Signals): void => {
    const first = end === undefined;
    // Whoever asks to stop while it restarts means that it should stay away.
    end = end === 'stop' ? 'stop' : how;
    if (!first) return;
    log.info({ signal }, how === 'stop' ? 'stopping' : 'restarting');
    if (how === 'stop') manager?.stopping();
    else manager?.restarting();
    const leaveNow = (failure?: unknown): void => {
      if (end === 'stop') return failure === undefined ? process.exit(0) : fail(failure);
      if (failure !== undefined) {
        log.error({ code: 'internal', err: failure }, 'not everything stopped; it restarts all the same');
      }
      becomeLauncher(log);
    };
    setTimeout(() => leaveNow(new Error('did not stop within five seconds')), STOP_LIMIT_MS).unref();
    starting.then((daemon) => daemon.stop()).then(() => leaveNow(), leaveNow);
  };
  const restart = () => leave('restart');
  const parts = { log, clock: systemClock, random: Math.random, logFile, restart, hearts };
  const starting = startDaemon(settings, parts);
  const daemon = await starting.catch(async (thrown: unknown) => {
    // A new version on trial ends at once: its judge brings the old one back.
    if (end === undefined && settings.failurePageSeconds > 0 && settings.installJudge === undefined) {
      const { serveFailure } = await import('./failure/serve.ts');
      const { version } = packageJson;
      const error = toDemarcError(thrown);
      log.error({ code: error.code, nextStep: error.nextStep, err: thrown }, error.message);
      await serveFailure({ settings, error, version, logFile, clock: systemClock, log }).catch((second: unknown) => {
        log.error({ code: toDemarcError(second).code, err: second }, 'the page that says so cannot be shown');
      });
    }
    return fail(thrown);
  });
  process.once('SIGTERM', (signal) => leave('stop', signal));
  process.once('SIGINT', (signal) => leave('stop', signal));
  if (end === undefined) manager?.ready(() => daemon.summary());
}

/** Loaded only where there is one. */
async function serviceManager(
  env: NodeJS.ProcessEnv,
  parts: { hearts: Hearts; log: Log },
): Promise<ServiceManager | undefined> {
  if (!env['NOTIFY_SOCKET']) return undefined;
  const loaded = await import('./notify/service-manager.ts');
  return loaded.ServiceManager.of(env, parts);
}

/** A reset that is due comes before the log, too, whose files are among what goes. */
async function finishDueReset(settings: DaemonSettings): Promise<ResetMarker | undefined> {
  const { stateFolder } = settings;
  if (!existsSync(resetMarkerPath(stateFolder)) && !existsSync(`${resetMarkerPath(stateFolder)}.good`))
    return undefined;
  const { finishReset } = await import('./reset/finish.ts');
  return finishReset(settings);
}

function settingsOrExit(env: NodeJS.ProcessEnv): DaemonSettings {
  try {
    return daemonSettings(env);
  } catch (thrown) {
    const error = toDemarcError(thrown);
    process.stderr.write(`demarc-daemon: ${error.message}. ${error.nextStep}\n`);
    return process.exit(2);
  }
}
