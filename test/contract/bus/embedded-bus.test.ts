import { randomBytes, X509Certificate } from 'node:crypto';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { systemClock } from '#config/clock.ts';
import { EmbeddedBus } from '#connector/bus/embedded-bus.ts';
import { DeviceIdentity } from '#connector/enrolment/device-identity.ts';
import { Listener } from '#connector/listener/listener.ts';
import { PrivateCa } from '#connector/pki/private-ca.ts';
import { serverIdentity } from '#connector/pki/server-certificate.ts';
import { Store } from '#connector/store/store.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { addAccount, addGateway, gatewayKey } from './enrolled.ts';
import { type BusUnderTest, deviceBusSuite, type TestGateway, type Told } from './suite.ts';

const log = pino({ level: 'silent' });
const YEAR_MS = 365 * 86_400_000;

async function start(): Promise<BusUnderTest> {
  const clock = systemClock;
  const folder = await temporaryFolder('bus');
  const store = await Store.open({ path: ':memory:', clock });
  const ca = await PrivateCa.open({ folder: folder.path, clock });
  const identity = await serverIdentity({ ca, folder: folder.path, clock, hosts: ['localhost', '127.0.0.1'] });
  const devices = new DeviceIdentity({ store, clock });
  const violations: string[] = [];
  const bus = new EmbeddedBus({
    log,
    admit: (socket) => devices.admit(socket),
    violation: ({ gateway }) => violations.push(gateway),
    limits: { connectMs: 1000 },
  });
  const told: Told = { messages: [], disconnected: [], answer: () => Promise.resolve() };
  await bus.start({
    message: async (message) => {
      told.messages.push(message);
      await told.answer(message);
    },
    disconnected: async ({ gateway }, reason) => {
      told.disconnected.push({ gateway, reason });
    },
  });
  const listener = new Listener({ log, identity, clientCa: ca.certificate });
  const port = await listener.listen(0, '127.0.0.1');
  listener.serve({ request: (_request, response) => response.end(), upgrades: { '/mqtt': bus.upgrade.bind(bus) } });

  const issue = async (issuer: PrivateCa): Promise<TestGateway> => {
    const { publicKey, key } = await gatewayKey();
    const address = { account: await addAccount(store), gateway: ulid() };
    const { certificate, serial } = await issuer.issueClient(publicKey, address);
    await addGateway(store, { ...address, serial, fingerprint: randomBytes(32).toString('hex') });
    return { address, key, cert: certificate };
  };
  return {
    bus,
    port,
    ca: ca.certificate,
    told,
    violations,
    gateway: () => issue(ca),
    expiredGateway: async () =>
      issue(await PrivateCa.open({ folder: folder.path, clock: { now: () => Date.now() - YEAR_MS } })),
    strangersGateway: async () => {
      await using other = await temporaryFolder('other-ca');
      return issue(await PrivateCa.open({ folder: other.path, clock }));
    },
    revoke: async ({ address, cert }) => {
      const serial = new X509Certificate(cert).serialNumber;
      await store.db
        .insertInto('revoked_certificate')
        .values({ serial, gateway_id: address.gateway, revoked_at: new Date().toISOString() })
        .execute();
    },
    [Symbol.asyncDispose]: async () => {
      await bus.stop();
      await listener.stop();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

deviceBusSuite('the embedded broker', start);
