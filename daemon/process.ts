import { join } from 'node:path';
import { makeFolder } from '#config/atomic-file.ts';
import { systemClock } from '#config/clock.ts';
import { type DaemonSettings, daemonSettings } from '#config/daemon-settings.ts';
import { createLog } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { startDaemon } from './main.ts';

/** systemd and people wait about five seconds before they kill. */
const STOP_LIMIT_MS = 4500;

/** The process: settings from the environment, log on stdout and in a file, ends in order at SIGTERM and SIGINT. */
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
  const log = await createLog({ level: settings.logLevel, unit: 'daemon', file: logFile }).catch(fatal);
  const fail = (thrown: unknown): never => {
    const { code, message, nextStep } = toDemarcError(thrown);
    log.fatal({ code, nextStep, err: thrown }, message);
    return fatal(thrown);
  };
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  const daemon = await startDaemon(settings, { log, clock: systemClock, random: Math.random, logFile }).catch(fail);
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping');
    setTimeout(() => fail(new Error('did not stop within five seconds')), STOP_LIMIT_MS).unref();
    daemon.stop().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
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
