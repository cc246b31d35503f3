import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import { ConfigFile, type DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import type { StopList } from '#config/stop.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayEvent } from '#contract/events.ts';
import { localCertificate } from './api/certificate.ts';
import { cloudTarget } from './cloud-target.ts';
import { GatewayIdentity } from './identity/gateway-identity.ts';
import { DurableOutbox } from './outbox/durable-outbox.ts';
import { eventRecord } from './outbox/event-record.ts';
import { HighMark } from './outbox/high-mark.ts';
import { SecretBox } from './secrets/secret-box.ts';
import { countBoot } from './store/boot.ts';
import { DaemonStore } from './store/store.ts';

interface FoundationOptions {
  settings: DaemonSettings;
  clock: Clock;
  log: Log;
  stops: StopList;
}

/** What everything else stands on: the state folder opened, who the gateway is, and the way out for its news. */
export type Foundation = Awaited<ReturnType<typeof openFoundation>>;

/**
 * Opens the state folder, the configuration, the secrets, the identity and the outbox.
 * @throws DemarcError `store.locked`, `config.invalid`, `config.unwritable`
 */
export async function openFoundation({ settings, clock, log, stops }: FoundationOptions) {
  const folder = settings.stateFolder;
  await makeFolder(folder);
  const store = await DaemonStore.open({ folder, log, clock });
  stops.add('store', () => store.close());
  const boot = await countBoot({ folder, clock, log });
  const config = await ConfigFile.load(settings.configFile);
  const secrets = await SecretBox.load(folder);
  const deviceKey = await readFile(join(folder, 'device.key'), 'utf8');
  // Made beside the rest: at the first start it takes as long as everything else.
  const certificate = localCertificate(folder, clock);
  certificate.catch(() => undefined);
  const target = () => cloudTarget(config.current.cloud, secrets);
  const identity = await GatewayIdentity.load({ folder, clock, log, target });
  const mark = new HighMark({ folder, log });
  const outbox = await DurableOutbox.open({ store, boot, clock, log, skew: () => identity.skew(), mark });
  stops.add('outbox', () => outbox.stop());
  /** Puts an event on its way; one that the disk does not take is told in the log. */
  const onEvent = (event: GatewayEvent): void => {
    outbox.append([eventRecord(event)]).catch((error: unknown) => {
      log.error({ code: toDemarcError(error).code, err: error }, 'an event is lost');
    });
  };
  return { folder, store, boot, config, secrets, deviceKey, certificate, target, identity, outbox, onEvent };
}
