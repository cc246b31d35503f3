import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '#config/clock.ts';
import { deleteAccount } from '#connector/accounts/delete.ts';
import { Enrolments } from '#connector/enrolment/enrolments.ts';
import { ProvisioningTokens } from '#connector/enrolment/provisioning-tokens.ts';
import { Standings } from '#connector/enrolment/standing.ts';
import { PrivateCa } from '#connector/pki/private-ca.ts';
import { Store } from '#connector/store/store.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { addAccount, addGateway, gatewayKey } from '../../contract/bus/enrolled.ts';

const admin = { id: 'admin', name: 'Ada Admin', kind: 'person' } as const;
const LONG_AGO: Clock = { now: () => Date.now() - 200 * 86_400_000 };

/** A cloud that answers one question over real TLS, and gateways of one account with whatever certificates. */
async function world() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('standing'));
  const store = await Store.open({ path: ':memory:', clock: systemClock });
  stack.defer(() => store.close());
  const ca = await PrivateCa.open({ folder: folder.path, clock: LONG_AGO });
  const account = await addAccount(store);
  const disconnected: string[] = [];
  const parts = { store, clock: systemClock };
  const tokens = new ProvisioningTokens(parts);
  const enrolments = new Enrolments({ ...parts, tokens, disconnect: (gateway) => disconnected.push(gateway) });
  const standings = new Standings({ ...parts, ca: ca.certificate });
  const { certificate, key } = await ca.issueServer('127.0.0.1', [{ type: 'ip', value: '127.0.0.1' }]);
  const server = createServer(
    { cert: certificate, key, ca: ca.certificate, requestCert: true, rejectUnauthorized: false },
    (asked, answer) => {
      const say = (value: unknown) => answer.end(JSON.stringify(value));
      standings.of(asked.socket as TLSSocket).then(say, (error: unknown) => say({ code: toDemarcError(error).code }));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.close().closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  /** A gateway with a certificate of 90 days, issued 200 days ago by this CA or another of the same name. */
  const gateway = async (issuer = ca) => {
    const keys = await gatewayKey();
    const id = ulid();
    const issued = await issuer.issueClient(keys.publicKey, { account, gateway: id });
    await addGateway(store, { account, gateway: id, serial: issued.serial, fingerprint: id });
    return { id, cert: issued.certificate, key: keys.key };
  };
  const ask = (shown?: { cert: string; key: string }) =>
    new Promise<unknown>((resolve, reject) => {
      const client = shown && { cert: shown.cert, key: shown.key };
      const sent = request(
        { port, host: '127.0.0.1', agent: false, rejectUnauthorized: false, ...client },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          answer.once('end', () => resolve(JSON.parse(text)));
        },
      );
      sent.once('error', reject).end();
    });
  const events = async () => (await store.db.selectFrom('event').select('name').execute()).map(({ name }) => name);
  return {
    store,
    account,
    enrolments,
    disconnected,
    gateway,
    ask,
    events,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe('a gateway that comes back after months with an expired certificate', () => {
  it('is still its account’s when nobody let it go', async () => {
    await using w = await world();
    const gateway = await w.gateway();
    expect(await w.ask(gateway)).toEqual({ gateway: gateway.id, standing: 'active' });
  });

  it('hears that it was released', async () => {
    await using w = await world();
    const gateway = await w.gateway();
    await w.enrolments.release(w.account, gateway.id, admin);
    expect(await w.ask(gateway)).toEqual({ gateway: gateway.id, standing: 'released' });
    expect(await w.events()).toEqual(['gateway.released', 'gateway.release-told']);
  });

  it('hears that it is to reset itself when its integration was deleted, also after it had been released only', async () => {
    await using w = await world();
    const gateway = await w.gateway();
    await w.enrolments.release(w.account, gateway.id, admin);
    await w.enrolments.release(w.account, gateway.id, admin, { reset: true });
    await w.enrolments.release(w.account, gateway.id, admin);
    expect(await w.ask(gateway)).toEqual({ gateway: gateway.id, standing: 'reset' });
    await w.ask(gateway);
    // Told twice is one entry in the history.
    expect((await w.events()).filter((name) => name === 'gateway.reset-told')).toHaveLength(1);
  });

  it('hears that it is to reset itself when its whole account is gone', async () => {
    await using w = await world();
    const [held, released] = [await w.gateway(), await w.gateway()];
    await w.enrolments.release(w.account, released.id, admin);
    const gone = await deleteAccount(
      { store: w.store, clock: systemClock },
      { account: w.account, actor: admin, requestId: 'r' },
    );
    expect(gone.toSorted()).toEqual([held.id, released.id].toSorted());
    expect(await w.ask(held)).toEqual({ gateway: held.id, standing: 'reset' });
    // This one was not the account's any more.
    expect(await w.ask(released)).toEqual({ gateway: released.id, standing: 'released' });
  });

  it('hears nothing that it could act upon when this cloud does not know it, as after a restored backup', async () => {
    await using w = await world();
    const gateway = await w.gateway();
    await w.store.write(({ db }) => db.deleteFrom('gateway').where('id', '=', gateway.id).execute());
    expect(await w.ask(gateway)).toEqual({ code: 'api.not-found' });
  });
});

describe('anybody else', () => {
  it('is told nothing: without a certificate, and with one of another CA that has the same name', async () => {
    await using w = await world();
    await using other = await temporaryFolder('other-ca');
    const stranger = await w.gateway(await PrivateCa.open({ folder: other.path, clock: LONG_AGO }));
    await w.enrolments.release(w.account, stranger.id, admin, { reset: true });
    expect(await w.ask()).toEqual({ code: 'identity.required' });
    expect(await w.ask(stranger)).toEqual({ code: 'identity.untrusted' });
  });
});
