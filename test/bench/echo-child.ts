/** The device bus alone, in a process of its own: what a gateway publishes is published back to it. Prints how to reach it. */
import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { systemClock } from '#config/clock.ts';
import { EmbeddedBus } from '#connector/bus/embedded-bus.ts';
import { Listener } from '#connector/listener/listener.ts';
import { PrivateCa } from '#connector/pki/private-ca.ts';
import { serverIdentity } from '#connector/pki/server-certificate.ts';
import { topics } from '#contract/topics.ts';
import { gatewayKey } from '#test/contract/bus/enrolled.ts';

/** What a client of the echo needs. */
export interface EchoPlace {
  port: number;
  ca: string;
  key: string;
  cert: string;
  account: string;
  gateway: string;
}

const clock = systemClock;
const log = pino({ level: 'silent' });
const folder = process.argv[2] ?? tmpdir();
const ca = await PrivateCa.open({ folder, clock });
const identity = await serverIdentity({ ca, folder, clock, hosts: ['127.0.0.1'] });
const address = { account: ulid(), gateway: ulid() };
const bus = new EmbeddedBus({ log, admit: async () => address, violation: () => undefined });
await bus.start({
  message: ({ payload }) => bus.publish(topics.command(address, ulid()), Buffer.from(payload).toString('utf8')),
  disconnected: async () => undefined,
});
const listener = new Listener({ log, identity, clientCa: ca.certificate });
const port = await listener.listen(0, '127.0.0.1');
listener.serve({ request: (_request, response) => response.end(), upgrades: { '/mqtt': bus.upgrade.bind(bus) } });
const { publicKey, key } = await gatewayKey();
const { certificate } = await ca.issueClient(publicKey, address);
const place: EchoPlace = { ...address, port, ca: ca.certificate, key, cert: certificate };
process.stdout.write(`${JSON.stringify(place)}\n`);
