import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '#connector/access/passwords.ts';
import type { Account, Command, Page } from '#contract/api.ts';
import type { ApiClient } from '#test/support/api-client.ts';
import { type Site, startSite } from '#test/support/site.ts';

/** The API cannot make a second partner, so its admin is put into the database as a set-up would leave them. */
async function otherPartner(site: Site): Promise<ApiClient> {
  const [email, password] = ['admin@other.example', 'another long password'];
  const hash = await hashPassword(password);
  const now = new Date().toISOString();
  const database = new DatabaseSync(join(site.folder, 'connector', 'connector.db'), { timeout: 5000 });
  try {
    const [partner, person] = [ulid(), ulid()];
    database.prepare(`insert into partner (id, name, created_at) values (?, 'Other', ?)`).run(partner, now);
    database
      .prepare(
        `insert into person (id, partner_id, name, email, email_lc, password_hash, created_at, disabled)
         values (?, ?, 'Other Admin', ?, ?, ?, ?, 0)`,
      )
      .run(person, partner, email, email, hash, now);
    database
      .prepare(`insert into membership (id, person_id, account_id, role) values (?, ?, null, 'Partner')`)
      .run(ulid(), person);
  } finally {
    database.close();
  }
  const api = await site.connector.client();
  await api.signIn(email, password);
  return api;
}

describe('the API over a gateway at work', () => {
  let site: Site;

  beforeAll(async () => {
    site = await startSite({ users: 50 });
    await site.enrol();
    await site.addDirectory();
  });
  afterAll(async () => site[Symbol.asyncDispose]());

  it.each([
    ['pbx.sync', () => ({ pbx: site.pbxs.directory }), { outcome: 'Successful' }],
    ['pbx.test', () => ({ pbx: site.pbxs.directory }), { users: 50 }],
    ['inventory.report', () => ({}), { platforms: 1 }],
    ['gateway.self-test', () => ({}), {}],
  ])('%s ends succeeded with its output', async (name, args, output) => {
    const command = await site.command(name, args());
    expect(command).toMatchObject({ name, state: 'succeeded', output, issuerName: 'Demo Admin' });
  });

  it('rejects a command for a PBX that the gateway does not have, with a next step', async () => {
    const { state, reason } = await site.command('pbx.sync', { pbx: ulid() });
    expect(['failed', 'rejected']).toContain(state);
    expect(reason).toMatchObject({ code: 'sync.unknown-pbx', nextStep: expect.stringMatching(/\w/) });
  });

  it('issues a command once for one Idempotency-Key, and refuses the key for another request', async () => {
    const path = `/api/v1/gateways/${site.gateway}/commands`;
    const headers = { 'idempotency-key': randomUUID() };
    const body = { name: 'inventory.report', args: {} };
    const count = async () => (await site.api.get<Page<Command>>(`/api/v1/commands?account=${site.account.id}`)).total;
    const before = await count();
    const answers = await Promise.all([1, 2, 3].map(() => site.api.post<Command>(path, body, headers)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await count()).toBe(before + 1);
    const other = await site.api.send('POST', path, { name: 'gateway.self-test', args: {} }, headers);
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({ code: 'api.idempotency-mismatch' });
    await site.commandEnd(answers[0]?.id ?? '');
  });

  it('refuses a change that was made on an old version', async () => {
    const path = `/api/v1/accounts/${site.account.id}`;
    const { etag } = await site.api.get<Account>(path);
    const first = await site.api.send('PATCH', path, { name: 'New name' }, { 'if-match': etag });
    expect(first.status).toBe(200);
    const second = await site.api.send('PATCH', path, { name: 'Newer name' }, { 'if-match': etag });
    expect(second.status).toBe(412);
    expect(second.body).toMatchObject({ code: 'api.stale', nextStep: expect.any(String) });
    expect(await site.api.get<Account>(path)).toMatchObject({ name: 'New name' });
  });

  it('answers 404 for everything of another tenant, and lists nothing of it', async () => {
    const other = await otherPartner(site);
    const [run] = (await site.api.get<Page<{ id: string }>>(`/api/v1/sync-runs?account=${site.account.id}`)).items;
    const [user] = [...(await site.users(site.pbxs.directory)).values()];
    const [command] = (await site.api.get<Page<{ id: string }>>(`/api/v1/commands?account=${site.account.id}`)).items;
    const attempts = [
      ['GET', `/api/v1/accounts/${site.account.id}`],
      ['PATCH', `/api/v1/accounts/${site.account.id}`, { name: 'Mine' }],
      ['GET', `/api/v1/gateways/${site.gateway}`],
      ['DELETE', `/api/v1/gateways/${site.gateway}`],
      ['POST', `/api/v1/gateways/${site.gateway}/commands`, { name: 'gateway.self-test', args: {} }],
      ['GET', `/api/v1/sync-runs/${run?.id}`],
      ['GET', `/api/v1/sync-runs/${run?.id}/held-users`],
      ['POST', `/api/v1/sync-runs/${run?.id}/decision`, { action: 'remove' }],
      ['GET', `/api/v1/users/${user?.id}`],
      ['GET', `/api/v1/commands/${command?.id}`],
      ['POST', `/api/v1/commands/${command?.id}/cancel`],
      ['GET', `/api/v1/users?account=${site.account.id}`],
      ['GET', `/api/v1/stream?account=${site.account.id}`],
      ['POST', '/api/v1/provisioning-tokens', { account: site.account.id }],
    ] as const;
    for (const [method, path, body] of attempts) {
      const headers = method === 'PATCH' ? { 'if-match': '"1"' } : {};
      const { status } = await other.send(method, path, body, headers);
      expect(`${method} ${path}: ${status}`).toBe(`${method} ${path}: 404`);
    }
    for (const list of [
      'accounts',
      'gateways',
      'users',
      'platforms',
      'applications',
      'events',
      'commands',
      'sync-runs',
    ]) {
      const { items } = await other.get<Page<{ account?: string; id: string }>>(`/api/v1/${list}`);
      expect(items.filter((item) => item.account === site.account.id || item.id === site.account.id)).toEqual([]);
    }
    expect(await site.presence()).toMatchObject({ presence: 'Online' });
  });
});
