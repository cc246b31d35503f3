import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import type { DeviceBus, DeviceHandler, DeviceMessage } from '../bus/device-bus.ts';
import type { Commands } from '../commands/commands.ts';
import type { Store } from '../store/store.ts';

export interface IngestOptions {
  store: Store;
  clock: Clock;
  log: Log;
  publish: DeviceBus['publish'];
  commands: Commands;
}

/** Takes what gateways send: commits first, acknowledges afterwards (design section 3). */
export class Ingest implements DeviceHandler {
  constructor(_options: IngestOptions) {}

  /** Marks every gateway as offline until its birth; to be awaited before the bus starts. */
  async start(): Promise<void> {}

  async message(_message: DeviceMessage): Promise<void> {}

  async disconnected(_address: GatewayAddress, _reason: string): Promise<void> {}

  /** Resolves when everything that was taken is committed and announced. */
  async stop(): Promise<void> {}
}
