import { describe, expect, test } from 'vitest';
import { gatewayStanding, pbxStanding } from '#connector/integrations/status.ts';
import type { Integration, IntegrationsPanel } from '#contract/api/integrations.ts';
import { addAccount, addPartner, addSite, START, startApp } from '../connector-api/support.ts';

const at = new Date(START).toISOString();
const synced = { lastSuccessAt: at };
const fresh = { lastSuccessAt: null };
const told = (status: string, variant = 'standalone') => ({ variant, status });

describe('the status of a gateway', () => {
  test.each([
    ['never heard: to be configured', { presence: 'Never connected' }, 'Configure gateway', 'Incomplete'],
    ['without a PBX', {}, 'Add PBX', 'Incomplete'],
    ['embedded, without a PBX', { onboarding: told('?', 'embedded') }, 'Sync PBX', 'Incomplete'],
    ['with a PBX that was never read', { links: [fresh] }, 'Connect the PBX', 'Incomplete'],
    ['with a PBX that works, set up without the wizard', { links: [synced] }, 'Onboarding Complete', 'Connected'],
    ['what its wizard says', { links: [synced], onboarding: told('Deployment') }, 'Deployment', 'Incomplete'],
    [
      'a wizard that nobody opened does not belie a PBX that works',
      { links: [synced], onboarding: told('Configure gateway') },
      'Onboarding Complete',
      'Connected',
    ],
  ] as const)('%s', (_, facts, status, state) => {
    const known = { presence: 'Online', presenceReason: null, onboarding: undefined, links: [], ...facts } as const;
    expect(gatewayStanding(known)).toMatchObject({ status, state, problem: null });
  });

  test('an error of the gateway is told instead, with what to do', () => {
    const facts = { presence: 'Offline', presenceReason: 'power', onboarding: undefined, links: [synced] } as const;
    const standing = gatewayStanding(facts);
    expect(standing).toMatchObject({ state: 'Error', status: 'Onboarding Complete', complete: true });
    expect(standing.problem?.message).toContain('power');
  });
});

describe('the status of a PBX', () => {
  const sync = (outcome: 'Successful' | 'Failed' | 'Held' | 'Partial') => ({
    run: 'R',
    trigger: 'schedule' as const,
    outcome,
    startedAt: at,
    finishedAt: at,
    counts: { read: 0, added: 0, changed: 0, removed: 0, unchanged: 0, rejected: 0 },
    irregularities: { 'no-email': 0, 'email-not-unique': 0, 'invalid-email': 0, 'duplicate-extension': 0 },
    reason: { code: 'pbx.unreachable', message: 'm', nextStep: 'n' },
  });

  test.each([
    [null, null, 'Connect the PBX', 'Incomplete'],
    [sync('Successful'), at, 'Connected', 'Connected'],
    [sync('Partial'), at, 'Connected', 'Connected'],
    [sync('Failed'), at, 'Error', 'Error'],
    [sync('Held'), at, 'Error', 'Error'],
    [sync('Failed'), null, 'Error', 'Error'],
  ] as const)('after %j', (lastSync, lastSuccessAt, status, state) => {
    expect(pbxStanding({ lastSync, lastSuccessAt })).toMatchObject({ status, state });
  });
});

describe('the panel', () => {
  async function open() {
    const api = await startApp();
    const partner = await addPartner(api.store, 'Ours');
    const account = await addAccount(api.store, partner, 'Customer');
    const client = await api.signIn('Account Admin', partner, account);
    const panel = async () => (await client.get(`/integrations?account=${account}`)).json<IntegrationsPanel>();
    const add = (kind: string) => client.send('POST', '/integrations', { account, kind });
    return { api, account, client, panel, add, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() };
  }
  const states = ({ catalogue }: IntegrationsPanel) =>
    Object.fromEntries(catalogue.map(({ kind, state }) => [kind, state]));

  test('needs a gateway before anything that goes through one', async () => {
    await using w = await open();
    expect(states(await w.panel())).toMatchObject({
      'demarc-gateway': 'available',
      'mx-one': 'incompatible',
      webhooks: 'available',
    });
    expect((await w.add('mx-one')).json()).toMatchObject({ code: 'integration.needs-gateway' });
    expect((await w.add('demarc-gateway')).statusCode).toBe(201);
    expect((await w.add('demarc-gateway')).statusCode).toBe(201);
    const { items } = await w.panel();
    expect(items).toMatchObject([
      { kind: 'demarc-gateway', status: 'No gateway detected', state: 'Incomplete', subject: null },
    ]);
    expect((await w.add('mx-one')).statusCode).toBe(201);
    expect(states(await w.panel())).toMatchObject({ 'demarc-gateway': 'added', 'mx-one': 'added' });
    const gone = await w.client.send('DELETE', `/integrations?account=${w.account}&kind=mx-one`);
    expect(gone.statusCode).toBe(204);
    expect(states(await w.panel())).toMatchObject({ 'mx-one': 'available' });
  });

  test('shows what gateways told, and what is set up stays on the list', async () => {
    await using w = await open();
    const site = await addSite(w.api.store, w.account);
    const link = {
      id: site.pbx,
      type: 'mivoice-5000',
      name: 'North',
      address: 'ldaps://pbx.example',
      capabilities: {
        numbers: { via: 'LDAP' },
        activity: { via: 'none', note: 'There is none.' },
        trunk: { via: 'worksheet' },
      },
      syncMinutes: 20,
      nextSyncAt: null,
      running: null,
      lastSync: null,
      lastSuccessAt: at,
      users: 12,
      numbers: 7,
    };
    await w.api.store.db
      .insertInto('section')
      .values({
        account_id: w.account,
        gateway_id: site.gateway,
        section: 'pbxs',
        boot: 1,
        revision: 9,
        hash: 'h',
        document: JSON.stringify({ links: [link] }),
        received_at: at,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['account_id', 'gateway_id', 'section'])
          .doUpdateSet({ document: JSON.stringify({ links: [link] }) }),
      )
      .execute();
    const panel = await w.panel();
    const row = (kind: string): Integration | undefined => panel.items.find((item) => item.kind === kind);
    expect(row('demarc-gateway')).toMatchObject({ name: 'Head office', status: 'Onboarding Complete', on: true });
    expect(row('mivoice-5000')?.features).toMatchObject([
      { id: 'admin-portal' },
      { id: 'sip-trunks', offered: true, count: 1 },
      { id: 'users', count: 12 },
      { id: 'numbers', count: 7 },
      { id: 'activity', offered: false, note: 'There is none.' },
    ]);
    expect(row('sip-trunks')).toMatchObject({ state: 'Connected' });
    const refused = await w.client.send('DELETE', `/integrations?account=${w.account}&kind=mivoice-5000`);
    expect(refused.json()).toMatchObject({ code: 'integration.in-use' });
    expect((await w.client.send('PUT', `/integrations/${site.gateway}/switch`, { on: false })).statusCode).toBe(204);
    expect((await w.client.send('PUT', `/integrations/${site.gateway}/switch`, { on: false })).statusCode).toBe(204);
    expect((await w.panel()).items[0]).toMatchObject({ kind: 'demarc-gateway', on: false });
    const events = await w.api.store.db
      .selectFrom('event')
      .select('name')
      .where('name', 'like', 'integration.%')
      .execute();
    expect(events).toEqual([{ name: 'integration.switched-off' }]);
  });

  test('shows what no gateway has any more, and deletes it with its users; what a gateway has is refused', async () => {
    await using w = await open();
    const site = await addSite(w.api.store, w.account);
    const { db } = w.api.store;
    const users = () =>
      db
        .selectFrom('directory_user')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('pbx_id', '=', site.pbx)
        .executeTakeFirstOrThrow();
    const remove = () => w.client.send('DELETE', `/pbxs/${site.pbx}`);
    const left = async () => (await w.panel()).items.find((item) => item.id === site.pbx && item.problem !== null);
    const before = (await users()).n;
    expect(before).toBeGreaterThan(0);
    expect(await left()).toBeUndefined();
    expect((await remove()).json()).toMatchObject({ code: 'pbx.on-gateway' });
    await db.updateTable('gateway').set({ released_at: at }).where('id', '=', site.gateway).execute();
    expect(await left()).toMatchObject({ id: site.pbx, gateway: null, complete: false, features: [{ count: before }] });
    expect((await remove()).statusCode).toBe(204);
    expect(await left()).toBeUndefined();
    expect((await users()).n).toBe(0);
    expect((await remove()).json()).toMatchObject({ code: 'api.not-found' });
    const events = await db
      .selectFrom('event')
      .select(['actor_kind', 'details'])
      .where('name', '=', 'pbx.removed')
      .execute();
    expect(events).toMatchObject([{ actor_kind: 'person' }]);
    expect(JSON.parse(events[0]?.details ?? '')).toMatchObject({ users: before });
    // The trunk was people's work, and can be given to another PBX.
    expect((await w.client.get(`/trunks/${site.trunk}`)).json()).toMatchObject({ id: site.trunk });
  });
});
