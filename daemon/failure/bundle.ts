import { type Clock, instant } from '#config/clock.ts';
import type { DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { LogRequest } from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { BUNDLE_LIMITS, bundleFolder } from '../bundle/collect-logs.ts';
import type { Collector } from '../bundle/collector.ts';
import { daemonLog } from '../bundle/collectors/daemon-log.ts';
import { disk } from '../bundle/collectors/disk.ts';
import { journal } from '../bundle/collectors/journal.ts';
import { network } from '../bundle/collectors/network.ts';
import { processFacts } from '../bundle/collectors/process-facts.ts';
import { currentSecrets } from '../bundle/current-secrets.ts';
import { type Bundle, makeBundle } from '../bundle/make-bundle.ts';
import { SecretBox } from '../secrets/secret-box.ts';

interface FailureBundle {
  settings: DaemonSettings;
  error: DemarcError;
  version: string;
  logFile: string;
  name: string;
  clock: Clock;
  log: Log;
  signal: AbortSignal;
}

/** What can be had of a daemon that did not start: why, its log, and the machine. The caller removes the file. */
export async function failureBundle(parts: FailureBundle): Promise<Bundle> {
  const { settings, error, version, logFile, name, clock, log, signal } = parts;
  const { stateFolder } = settings;
  const startedAt = instant(clock);
  const away = (): never => {
    throw new DemarcError('daemon.starting', 'it does not run');
  };
  const failure: Collector = {
    id: 'failure',
    limitMs: 10_000,
    collect: ({ out }) => out.document('failure.json', { ...error.toText(), at: startedAt, version }),
  };
  return await makeBundle({
    sources: {
      version,
      startedAt,
      stateFolder,
      logFile,
      config: away,
      link: away,
      identity: away,
      inventory: away,
      outbox: away,
      store: away,
      pbxs: away,
      probes: away,
      selfTest: away,
      secrets: async () => {
        const box = await SecretBox.load(stateFolder);
        return currentSecrets({ stateFolder, documents: [], open: (sealed) => box.open(sealed), log });
      },
    },
    request: LogRequest.parse({}),
    collectors: [failure, network, disk, processFacts, daemonLog, journal()],
    folder: bundleFolder(stateFolder),
    name,
    limits: BUNDLE_LIMITS,
    clock,
    log,
    signal,
    progress: () => undefined,
  });
}
