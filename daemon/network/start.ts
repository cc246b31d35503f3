import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#config/clock.ts';
import type { DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { eventRecord } from '../outbox/event-record.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { SiteNetwork, SiteNetworkOptions } from './site-network.ts';

interface NetworkParts {
  settings: Pick<DaemonSettings, 'stateFolder' | 'networkFolder' | 'networkctl'>;
  kernelBoot: string | undefined;
  outbox: Outbox;
  clock: Clock;
  log: Log;
}

/** The site's network, loaded when it is first asked for: hardly ever. */
export interface LazyNetwork {
  open: () => Promise<SiteNetwork>;
  stop: () => Promise<void>;
}

/** At once only where a change was on trial when the process ended. @throws DemarcError `config.unreadable` */
export async function startNetwork({ settings, kernelBoot, outbox, clock, log }: NetworkParts): Promise<LazyNetwork> {
  const { stateFolder: folder, networkFolder, networkctl } = settings;
  let opened: Promise<SiteNetwork> | undefined;
  const onEvent: SiteNetworkOptions['onEvent'] = (event) =>
    void outbox.append([eventRecord({ ...event, details: {} })]).catch((error: unknown) => {
      log.error({ code: toDemarcError(error).code, err: error }, 'an event is lost');
    });
  const load = async () => {
    const [{ NetworkdDriver }, { SiteNetwork }] = await Promise.all([
      import('./networkd.ts'),
      import('./site-network.ts'),
    ]);
    const driver = new NetworkdDriver({ folder: networkFolder, networkctl });
    return SiteNetwork.open({ folder, driver, clock, log, bootId: kernelBoot, onEvent });
  };
  const open = () => {
    opened ??= load();
    return opened;
  };
  const onTrial = ['network.json', 'network.json.good'].some((name) => existsSync(join(folder, name)));
  if (onTrial) await open();
  return { open, stop: async () => (await opened)?.stop() };
}
