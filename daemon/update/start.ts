/** The part of the daemon that updates it, put together. */
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfThere } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import type { ConfigFile, DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { freeRoom, slotFolder } from '#config/slots.ts';
import { type ErrorText, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { UpdateSchedule } from '#contract/update.ts';
import type { GatewayIdentity } from '../identity/gateway-identity.ts';
import type { CloudTarget } from '../link/cloud-way.ts';
import type { DurableOutbox } from '../outbox/durable-outbox.ts';
import type { BusyBoard } from '../power/busy.ts';
import { farewellBy } from '../power/farewell.ts';
import type { RestartProcess } from '../power/restart.ts';
import { type Scheduler, spreadInterval, spreadOver } from '../schedule/scheduler.ts';
import type { DaemonStore } from '../store/store.ts';
import type { Preparation } from './preparation.ts';
import { UpdateRecordKeeper } from './record.ts';
import { type Installation, Updater, type Wanted } from './updater.ts';

interface UpdateParts {
  settings: DaemonSettings;
  version: string;
  config: Pick<ConfigFile, 'current'>;
  store: DaemonStore;
  outbox: DurableOutbox;
  identity: Pick<GatewayIdentity, 'current'>;
  target: () => CloudTarget | undefined;
  isOnline: () => boolean;
  scheduler: Scheduler;
  /** The gateway's own text, which spreads the fleet over the night. */
  spread: string;
  busy: BusyBoard;
  restart: RestartProcess;
  refresh: () => Promise<void>;
  newId: () => string;
  clock: Clock;
  log: Log;
}

/** The updater, with what is done in its name by people on the site. */
export interface UpdateService {
  version: string;
  updater: Updater;
  /** Begins an update and returns; what comes of it is in the status. */
  installNow(wanted: Wanted): void;
  /** Why the last `installNow` did nothing; undefined while it runs or when it did. */
  problem(): ErrorText | undefined;
  /** To be called when all parts run: tells of an update that brought this start. */
  goOn(): Promise<void>;
  stop(): Promise<void>;
}

const CHECK_JOB = 'update-check';
const UPDATE_JOB = 'update';
const CHECK_MINUTES = 6 * 60;
/** Between 01:00 and 05:00, each gateway at a minute of its own (DMN-13). */
const NIGHT = { from: 60, minutes: 240 };

/** Opens the updater and adds its jobs. @throws DemarcError `store.damaged` */
export async function startUpdates(parts: UpdateParts): Promise<UpdateService> {
  const { settings, config, scheduler, spread, log, version } = parts;
  const installation = installationOf(settings);
  const stopping = new AbortController();
  let preparation: Promise<Preparation> | undefined;
  let problem: ErrorText | undefined;
  const updater: Updater = new Updater({
    version,
    installation,
    // Loaded when it is first needed: a gateway updates itself a few times a year.
    preparation: () => (preparation ??= makePreparation(parts, installation, (step) => updater.atStep(step))),
    record: await UpdateRecordKeeper.open(parts.store),
    defaultSchedule: defaultSchedule(spread),
    nextCheckAt: () => earliest(scheduler.nextAt(CHECK_JOB), scheduler.nextAt(UPDATE_JOB)),
    cleanUp: () => freeRoom(settings.stateFolder),
    limits: () => {
      const { limitSeconds, settleSeconds } = config.current.update;
      return { limitMs: limitSeconds * 1000, settleMs: settleSeconds * 1000 };
    },
    isOnline: parts.isOnline,
    busy: parts.busy,
    farewell: farewellBy(parts.outbox),
    restart: parts.restart,
    outbox: parts.outbox,
    onStatus: parts.refresh,
    newId: parts.newId,
    clock: parts.clock,
    log,
  });
  const failed = (thrown: unknown): void => {
    const error = toDemarcError(thrown);
    if (!stopping.signal.aborted) log.warn({ code: error.code, detail: error.detail }, 'an update came to nothing');
  };
  if (installation !== undefined) addJobs(scheduler, spread, updater, failed);
  return {
    version,
    updater,
    installNow: (wanted) => {
      const context = {
        signal: stopping.signal,
        progress: () => undefined,
        issuer: { id: 'site', name: 'a person on the site' },
        checkpoint: async () => undefined,
      };
      problem = undefined;
      updater.install(wanted, context).catch((thrown: unknown) => {
        problem = toDemarcError(thrown).toText();
        failed(thrown);
      });
    },
    problem: () => problem,
    goOn: () => updater.goOn().catch(failed),
    stop: async () => {
      stopping.abort();
      await updater.stop();
    },
  };
}

function addJobs(scheduler: Scheduler, spread: string, updater: Updater, failed: (thrown: unknown) => void): void {
  const isWanted = () => {
    const { automatic, paused } = updater.schedule();
    return automatic && !paused;
  };
  scheduler.add({
    name: CHECK_JOB,
    schedule: () => spreadInterval(`${spread}:update`, CHECK_MINUTES),
    run: async (signal) => {
      if (isWanted()) await updater.prefetch(signal).catch(failed);
    },
  });
  scheduler.add({
    name: UPDATE_JOB,
    schedule: () => {
      const { frequency, time, day } = updater.schedule();
      return frequency === 'daily' ? { kind: 'daily', time } : { kind: 'weekly', time, day: dayOf(day) };
    },
    run: async (signal, reason) => {
      // A gateway that was switched off in the night must not go away in the morning: the next night comes.
      if (isWanted() && reason !== 'catch-up') await updater.runScheduled(signal).catch(failed);
    },
  });
}

const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const dayOf = (day: number) => DAYS[day] ?? 0;

function defaultSchedule(spread: string): UpdateSchedule {
  const minute = NIGHT.from + spreadOver(`${spread}:update`, NIGHT.minutes);
  const two = (n: number) => String(n).padStart(2, '0');
  return {
    automatic: true,
    frequency: 'daily',
    day: 0,
    time: `${two(Math.floor(minute / 60))}:${two(minute % 60)}`,
    paused: false,
  };
}

const earliest = (...instants: (string | null)[]): string | null =>
  instants.filter((at) => at !== null).sort()[0] ?? null;

function installationOf({ installRoot, installSlot, installJudge }: DaemonSettings): Installation | undefined {
  if (installRoot === undefined || installSlot === undefined) return undefined;
  return { root: installRoot, slot: installSlot, judge: installJudge };
}

async function makePreparation(
  parts: UpdateParts,
  installation: Installation | undefined,
  onStep: ConstructorParameters<typeof Preparation>[0]['onStep'],
): Promise<Preparation> {
  const { Preparation } = await import('./preparation.ts');
  const { HttpReleaseSource } = await import('./release-source.ts');
  const { settings, config, identity, target, clock } = parts;
  const platform = `${process.platform}-${process.arch}`;
  const root = installation?.root ?? '';
  const own = installation === undefined ? [] : await shippedKeys(slotFolder(root, installation.slot));
  const { releaseKey } = await import('./verify.ts');
  return new Preparation({
    root,
    stateFolder: settings.stateFolder,
    platform,
    keys: () =>
      [...own, ...config.current.update.keys].map(releaseKey).filter((key): key is KeyObject => key !== undefined),
    source: new HttpReleaseSource({
      target: () => sourceOf(target(), config.current.update.url),
      // Our certificate is for the cloud that issued it.
      identity: () => (config.current.update.url === undefined ? identity.current() : undefined),
      channel: () => config.current.update.channel,
      platform,
      clock,
    }),
    onStep,
  });
}

/** Another server is trusted as browsers do; the way out, a proxy, is the same. */
function sourceOf(cloud: CloudTarget | undefined, url: string | undefined): CloudTarget | undefined {
  return url === undefined ? cloud : { url, ...(cloud?.proxy === undefined ? {} : { proxy: cloud.proxy }) };
}

/** The public keys that came with the release that runs: signed as the rest of it. */
async function shippedKeys(slot: string): Promise<string[]> {
  const text = await readFileIfThere(join(slot, 'release-keys.json'));
  const keys: unknown = text === undefined ? [] : JSON.parse(text);
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
}
