/** A process of its own that appends records and prints how many were accepted, until it is killed. */
import { pino } from 'pino';
import { systemClock } from '#config/clock.ts';
import { DurableOutbox } from '#daemon/outbox/durable-outbox.ts';
import { countBoot } from '#daemon/store/boot.ts';
import { DaemonStore } from '#daemon/store/store.ts';

const [folder = '', count = '0', perCall = '1'] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const boot = await countBoot({ folder, clock: systemClock, log });
const store = await DaemonStore.open({ folder, log, clock: systemClock });
const outbox = await DurableOutbox.open({ store, boot, clock: systemClock, log });
const started = performance.now();
for (let n = 0; n < Number(count); n += Number(perCall)) {
  await outbox.append(
    Array.from({ length: Number(perCall) }, (_, k) => ({
      class: 'bulk',
      to: { channel: 'event' },
      kind: 'event',
      data: { n: n + k, text: 'x'.repeat(200) },
    })),
  );
  process.stdout.write(`${n + Number(perCall)}\n`);
}
process.stdout.write(`rate ${Math.round((Number(count) / (performance.now() - started)) * 1000)}\n`);
setInterval(() => undefined, 1000);
