/** Commands over the API: for several gateways at once, ended early, forced, and followed by whoever may issue them. */
import { ulid } from 'ulid';
import { describe, expect, test } from 'vitest';
import type { Store } from '#connector/store/store.ts';
import { ROLE_PERMISSIONS, type Role } from '#contract/access.ts';
import { BulkCommandAnswer, Command, Page } from '#contract/api.ts';
import { CommandName, commands } from '#contract/commands.ts';
import {
  addAccount,
  addPartner,
  addSite,
  type Client,
  START,
  startApp,
  type TestApp,
} from '#test/unit/connector-api/support.ts';

/** Another gateway of the same account. */
async function addGateway(store: Store, like: string): Promise<string> {
  const id = ulid(START);
  await store.write(async ({ db }) => {
    const row = await db.selectFrom('gateway').selectAll().where('id', '=', like).executeTakeFirstOrThrow();
    await db
      .insertInto('gateway')
      .values({ ...row, id, name: id, name_lc: id, certificate_serial: id })
      .execute();
  });
  return id;
}

async function world(api: TestApp) {
  const { store } = api;
  const partner = await addPartner(store);
  const account = await addAccount(store, partner);
  const site = await addSite(store, account, 'Head office');
  const second = { gateway: await addGateway(store, site.gateway) };
  const client = await api.signIn('Partner', partner, null);
  const foreign = await addSite(store, await addAccount(store, await addPartner(store, 'Theirs')), 'Stranger');
  return { partner, account, site, second, foreign, client };
}

const bulkOf = async (client: Client, body: object, headers?: Record<string, string>) =>
  BulkCommandAnswer.parse((await client.send('POST', '/commands', body, headers)).json());

const codeOf = (answer: { json: () => unknown }) => (answer.json() as { code: string }).code;

const set = (api: TestApp, gateway: string, values: { released_at?: string; capabilities?: string; online?: number }) =>
  api.store.write(({ db }) => db.updateTable('gateway').set(values).where('id', '=', gateway).execute());

describe('a command for several gateways', () => {
  test('gives each its command or the reason why not, and lists what was issued by one id', async () => {
    await using api = await startApp();
    const { partner, account, site, second, foreign, client } = await world(api);
    const released = { gateway: await addGateway(api.store, site.gateway) };
    await set(api, released.gateway, { released_at: new Date(START).toISOString() });
    const old = { gateway: await addGateway(api.store, site.gateway) };
    await set(api, old.gateway, { capabilities: '["pbx.sync"]' });
    await set(api, second.gateway, { online: 0 });
    const sibling = await addSite(api.store, await addAccount(api.store, partner, 'Other'), 'Other');
    const own = await api.signIn('Support', partner, account);
    const gateways = [site, second, released, old, sibling, foreign].map(({ gateway }) => gateway);
    const answer = await bulkOf(own, { name: 'gateway.self-test', gateways: [...gateways, site.gateway, ulid()] });
    expect(answer.results.map(({ command, refusal }) => command?.state ?? refusal?.code)).toEqual([
      'sent',
      'queued',
      'command.gateway-released',
      'command.not-supported',
      'api.not-found',
      'api.not-found',
      'api.not-found',
    ]);
    expect(answer.results.every(({ refusal }) => refusal === null || refusal.nextStep !== '')).toBe(true);
    const list = Page(Command).parse((await client.get(`/commands?filter=bulk:eq:${answer.bulk}`)).json());
    expect(list.items.map(({ gateway }) => gateway).sort()).toEqual([site.gateway, second.gateway].sort());
    expect(list.items.every(({ bulk }) => bulk === answer.bulk)).toBe(true);
    expect(api.published.map(({ topic }) => topic.split('/')[3])).toEqual([site.gateway]);
  });

  test('is issued once for one key, and answered alike when it is repeated', async () => {
    await using api = await startApp();
    const { site, second, client } = await world(api);
    const body = { name: 'gateway.self-test', gateways: [site.gateway, second.gateway] };
    const [first, again] = [
      await bulkOf(client, body, { 'idempotency-key': 'k' }),
      await bulkOf(client, body, { 'idempotency-key': 'k' }),
    ];
    expect(again.bulk).toBe(first.bulk);
    expect(again.results.map(({ command }) => command?.id)).toEqual(first.results.map(({ command }) => command?.id));
    expect(api.published).toHaveLength(2);
    const other = await client.send('POST', '/commands', { ...body, deadlineSeconds: 60 }, { 'idempotency-key': 'k' });
    expect(codeOf(other)).toBe('api.idempotency-mismatch');
  });

  test.each([
    ['no gateway', { gateways: [] }, 'api.invalid'],
    ['201 gateways', { gateways: Array.from({ length: 201 }, () => ulid()) }, 'api.invalid'],
    ['more than 30 days', { deadlineSeconds: 30 * 86_400 + 1 }, 'api.invalid'],
    ['a name that nobody knows', { name: 'gateway.fly' }, 'command.not-supported'],
    ['arguments of another command', { args: { pbx: ulid() } }, 'command.invalid-arguments'],
  ])('is refused as a whole with %s', async (_what, more, code) => {
    await using api = await startApp();
    const { site, client } = await world(api);
    const answer = await client.send('POST', '/commands', {
      name: 'gateway.self-test',
      gateways: [site.gateway],
      ...more,
    });
    expect([answer.statusCode < 500, codeOf(answer).startsWith(code)]).toEqual([true, true]);
    expect(api.published).toEqual([]);
  });

  test('waits up to 30 days for a gateway that is offline', async () => {
    await using api = await startApp();
    const { site, client } = await world(api);
    await set(api, site.gateway, { online: 0 });
    const { results } = await bulkOf(client, {
      name: 'gateway.self-test',
      gateways: [site.gateway],
      deadlineSeconds: 30 * 86_400,
    });
    expect(results[0]?.command).toMatchObject({
      state: 'queued',
      deadlineAt: new Date(START + 30 * 86_400_000).toISOString(),
    });
  });
});

describe('a cancel', () => {
  test('is answered with 202 and the command as it then stands', async () => {
    await using api = await startApp();
    const { site, client } = await world(api);
    const issued = await client.send('POST', `/gateways/${site.gateway}/commands`, { name: 'gateway.self-test' });
    const { id } = Command.parse(issued.json());
    const answer = await client.send('POST', `/commands/${id}/cancel`);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toMatchObject({ state: 'sent', cancelRequestedBy: 'Ann Admin' });
    expect(JSON.parse(api.published.at(-1)?.payload ?? '')).toMatchObject({ id, cancel: true });
    const queued = await client.send('POST', `/commands/${site.command}/cancel`);
    expect([queued.statusCode, Command.parse(queued.json()).state]).toEqual([202, 'canceled']);
    expect(codeOf(await client.send('POST', `/commands/${site.command}/cancel`))).toBe('command.final');
  });
});

describe('force', () => {
  test.each(['gateway.reboot', 'gateway.restart', 'gateway.update'] as const)(
    '%s with force needs a right of its own, one gateway or several',
    async (name) => {
      await using api = await startApp();
      const { partner, account, site } = await world(api);
      await set(api, site.gateway, { capabilities: JSON.stringify([name]) });
      const support = await api.signIn('Support', partner, account);
      const manager = await api.signIn('Account Manager', partner, account);
      const one = (client: Client, force: boolean) =>
        client.send('POST', `/gateways/${site.gateway}/commands`, { name, args: { force } });
      expect((await one(support, false)).statusCode).toBe(202);
      expect([(await one(support, true)).statusCode, (await one(manager, true)).statusCode]).toEqual([403, 202]);
      const { results } = await bulkOf(support, { name, args: { force: true }, gateways: [site.gateway] });
      expect(results).toMatchObject([{ command: null, refusal: { code: 'api.forbidden' } }]);
    },
  );
});

describe('whoever may issue a command can follow it', () => {
  test.each(['Support', 'User', 'Account Admin'] satisfies Role[])('%s', async (role) => {
    await using api = await startApp();
    const { partner, account, site } = await world(api);
    await set(api, site.gateway, { capabilities: JSON.stringify(CommandName.options) });
    const client = await api.signIn(role, partner, account);
    const rights = ROLE_PERMISSIONS[role];
    const follows = rights.includes('support:view') || rights.includes('integrations:view');
    const list = await client.get('/commands');
    expect(list.statusCode).toBe(follows ? 200 : 403);
    expect((await client.get(`/commands/${site.command}`)).statusCode).toBe(follows ? 200 : 403);
    const args: Partial<Record<CommandName, object>> = {
      'pbx.sync': { pbx: site.pbx },
      'pbx.test': { pbx: site.pbx },
      'pbx.remove': { pbx: site.pbx, confirm: 'delete' },
      'gateway.factory-reset': { confirm: 'revert' },
      'gateway.set-update-schedule': { automatic: true, frequency: 'daily', time: '02:00' },
      'tunnel.start': { tunnel: 'pbx-web' },
      'tunnel.stop': { tunnel: 'pbx-web' },
      'tunnel.open': { tunnel: 'pbx-web', session: ulid(), who: 'Ann', until: new Date(START).toISOString() },
      'trunk.verify': { trunk: site.trunk },
      'trunk.test-call': { trunk: site.trunk },
      'trunk.plan': { trunk: site.trunk },
      'trunk.apply': { trunk: site.trunk, expected: '0'.repeat(64) },
      'trunk.remove': { trunk: site.trunk },
    };
    for (const name of CommandName.options) {
      const answer = await client.send('POST', `/gateways/${site.gateway}/commands`, { name, args: args[name] ?? {} });
      const may = rights.includes(commands[name].permission);
      // What lets a session in is issued by a launch, never by a person.
      const status = name === 'tunnel.open' ? 422 : 202;
      expect([name, answer.statusCode]).toEqual([name, may ? status : 403]);
      if (may && status === 202)
        expect((await client.get(`/commands/${Command.parse(answer.json()).id}`)).statusCode).toBe(200);
    }
  });
});
