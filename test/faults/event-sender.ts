/**
 * A gateway reduced to what must lose nothing: the real store, outbox and link with a real, enrolled identity. Appends
 * events and prints the number of each when `append` has taken it, until it is killed.
 * `node event-sender.ts STATE FIRST COUNT [KEEPALIVE_SECONDS]`; afterwards it prints `drained` when all are acknowledged.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock as clock } from '#config/clock.ts';
import { ConfigFile } from '#config/daemon-settings.ts';
import { cloudTarget } from '#daemon/cloud-target.ts';
import { GatewayIdentity } from '#daemon/identity/gateway-identity.ts';
import { CloudLink } from '#daemon/link/cloud-link.ts';
import { DurableOutbox } from '#daemon/outbox/durable-outbox.ts';
import type { NewRecord } from '#daemon/outbox/outbox.ts';
import { SecretBox } from '#daemon/secrets/secret-box.ts';
import { countBoot } from '#daemon/store/boot.ts';
import { DaemonStore } from '#daemon/store/store.ts';

const [folder = '', first = '1', count = '0', keepalive = '30'] = process.argv.slice(2);
const log = pino({ level: 'warn' }, pino.destination({ dest: 2, sync: true }));
const say = (text: string) => writeSync(1, `${text}\n`);

const store = await DaemonStore.open({ folder, log, clock });
const boot = await countBoot({ folder, clock, log });
const config = await ConfigFile.load(join(folder, 'config.json'));
const secrets = await SecretBox.load(folder);
const target = () => cloudTarget(config.current.cloud, secrets);
const identity = await GatewayIdentity.load({ folder, clock, log, target });
const outbox = await DurableOutbox.open({ store, boot, clock, log });
const ignore = async () => undefined;
new CloudLink({
  outbox,
  boot,
  clock,
  random: Math.random,
  log,
  target,
  identity: async () => identity.forLink(),
  birth: () => ({ version: '0.1.0', capabilities: [] }),
  onCommand: ignore,
  onAsk: ignore,
  onWant: ignore,
  // Short waits, because the faults come quickly; the keep-alive only where a test needs it short.
  backoff: { minMs: 50, maxMs: 500 },
  keepaliveSeconds: Number(keepalive),
  onStatus: ({ state, lastError }) => say(`link ${state} ${lastError?.code ?? ''} ${lastError?.message ?? ''}`.trim()),
}).start();
say('started');

const eventOf = (n: number): NewRecord => ({
  class: 'event',
  to: { channel: 'event' },
  kind: 'event',
  data: { name: 'test.counted', severity: 'info', message: `event ${n}`, details: { n } },
});

/** Several at a time, as the parts of a daemon do. */
const WRITERS = 4;
let next = Number(first);
const end = next + Number(count);
await Promise.all(
  Array.from({ length: WRITERS }, async () => {
    while (next < end) {
      const n = next++;
      await outbox.append([eventOf(n)]);
      say(`${n}`);
      await sleep(5);
    }
  }),
);
while (outbox.state().records > 0) await sleep(20);
say(`drained ${JSON.stringify(outbox.state().drops)}`);
// Stays connected until it is killed.
setInterval(() => undefined, 1000);
