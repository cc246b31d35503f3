import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import type { TrunkProof } from '#contract/api/trunks.ts';
import type { ErrorBody, Page } from '#contract/api.ts';
import type { DryRun, Trunk, TrunkPlan } from '#contract/trunks.ts';
import { addAccount, addPartner, addSite, START, startApp, type TestApp } from './support.ts';

async function world(api: TestApp) {
  const partner = await addPartner(api.store);
  const account = await addAccount(api.store, partner, 'Customer');
  const site = await addSite(api.store, account);
  await api.store.write(({ db }) => db.deleteFrom('trunk').execute());
  const ada = await api.signIn('Account Admin', partner, account);
  const create = (given: object = {}) =>
    ada.send('POST', '/trunks', { account, settings: { ...settings(site.pbx), ...given } });
  return { partner, account, site, ada, create };
}

/** What the form of TRK-6 asks for; everything else takes its default. */
const settings = (pbx: string) => ({
  name: 'Cloud Vienna',
  pbx,
  host: '192.0.2.5',
  port: 5061,
  farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
});

const codeOf = (answer: { json(): unknown }) => (answer.json() as ErrorBody).code;

describe('a trunk', () => {
  it('is added from the few fields of the form, told to its gateway, and stands in the history', async () => {
    await using api = await startApp();
    const { site, ada, create } = await world(api);
    const made = await create();
    expect(made.statusCode).toBe(201);
    const trunk = made.json<Trunk>();
    expect(trunk).toMatchObject({
      name: 'Cloud Vienna',
      gateway: site.gateway,
      pbxType: 'mivoice-5000',
      transport: 'tls',
    });
    expect(api.wants).toEqual([site.gateway]);
    const listed = (await ada.get('/trunks')).json<Page<Trunk>>();
    expect(listed.items).toEqual([trunk]);
    const events = await api.store.db
      .selectFrom('event')
      .select(['name', 'asset'])
      .where('asset_id', '=', trunk.id)
      .execute();
    expect(events).toEqual([{ name: 'trunk.created', asset: 'Trunk' }]);
  });

  it('is searched over its four columns and sorted by each (TRK-13, TRK-14)', async () => {
    await using api = await startApp();
    const { ada, create } = await world(api);
    await create();
    await create({ name: 'Backup', host: 'pbx.example.net', port: 5063 });
    const found = async (query: string) =>
      (await ada.get(`/trunks?${query}`)).json<Page<Trunk>>().items.map(({ name }) => name);
    expect(await found('q=backup')).toEqual(['Backup']);
    expect(await found('q=5063')).toEqual(['Backup']);
    expect(await found('q=192.0.2')).toEqual(['Cloud Vienna']);
    expect(await found('q=mivoice-5000')).toHaveLength(2);
    expect(await found('sort=-port')).toEqual(['Backup', 'Cloud Vienna']);
    expect(await found('sort=host')).toEqual(['Cloud Vienna', 'Backup']);
    expect(await found('sort=pbxName')).toHaveLength(2);
  });

  it('is changed only by whoever has read its latest version', async () => {
    await using api = await startApp();
    const { ada, create, site } = await world(api);
    const { id, etag } = (await create()).json<Trunk>();
    const put = (given: object, headers: Record<string, string>) =>
      ada.send('PUT', `/trunks/${id}`, { ...settings(site.pbx), ...given }, headers);
    expect(codeOf(await put({}, {}))).toBe('api.precondition-required');
    const changed = await put({ port: 5071 }, { 'if-match': etag });
    expect(changed.json<Trunk>()).toMatchObject({ port: 5071 });
    expect(codeOf(await put({ port: 5072 }, { 'if-match': etag }))).toBe('api.stale');
    const event = await api.store.db
      .selectFrom('event')
      .select('properties')
      .where('name', '=', 'trunk.changed')
      .executeTakeFirst();
    expect(JSON.parse(event?.properties ?? '[]')).toEqual([{ property: 'port', before: 5061, after: 5071 }]);
    // Saved without a change: nothing is told and nothing is written.
    const told = api.wants.length;
    await put({ port: 5071 }, { 'if-match': changed.json<Trunk>().etag });
    expect(api.wants).toHaveLength(told);
  });

  it('moves to another PBX of the same family only (TRK-4)', async () => {
    await using api = await startApp();
    const { account, site, ada, create } = await world(api);
    const { id } = (await create()).json<Trunk>();
    const other = await addSite(api.store, account, 'Branch');
    const move = () => ada.send('PUT', `/trunks/${id}`, settings(other.pbx), { 'if-match': '"1"' });
    await api.store.db.updateTable('pbx').set({ type: 'mx-one' }).where('id', '=', other.pbx).execute();
    expect((await move()).json()).toMatchObject({ code: 'api.invalid', field: 'pbx' });
    expect((await ada.get(`/trunks/${id}`)).json()).toMatchObject({ gateway: site.gateway });
    await api.store.db.updateTable('pbx').set({ type: 'mivoice-5000' }).where('id', '=', other.pbx).execute();
    expect((await move()).json()).toMatchObject({ gateway: other.gateway });
  });

  it('is gone when it is deleted, and its name is free again', async () => {
    await using api = await startApp();
    const { ada, create } = await world(api);
    const { id } = (await create()).json<Trunk>();
    expect(codeOf(await create({ name: 'CLOUD vienna' }))).toBe('trunk.name-taken');
    expect((await ada.send('DELETE', `/trunks/${id}`)).statusCode).toBe(204);
    expect((await ada.get(`/trunks/${id}`)).statusCode).toBe(404);
    expect((await create()).statusCode).toBe(201);
  });

  it('cannot belong to the PBX of somebody else', async () => {
    await using api = await startApp();
    const { partner, ada, account, create } = await world(api);
    const other = await addSite(api.store, await addAccount(api.store, partner, 'Other'));
    const answer = await ada.send('POST', '/trunks', { account, settings: settings(other.pbx) });
    expect([answer.statusCode, answer.json<ErrorBody>().field]).toEqual([400, 'pbx']);
    expect(codeOf(await create({ secondaryPbx: other.pbx }))).toBe('api.invalid');
  });

  it.each([
    ['port', { port: 0 }],
    ['host', { host: 'a b' }],
    ['host', { host: '"; reboot' }],
    ['name', { name: '' }],
    ['pilotNumber', { pilotNumber: '0720' }],
    ['codecs', { codecs: [] }],
  ])('names the field %s that is wrong', async (field, given) => {
    await using api = await startApp();
    const answer = await (await world(api)).create(given);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<ErrorBody>().field).toContain(field);
  });
});

describe('what a trunk comes to', () => {
  it('is a plan, a page that prints, and a dry run of numbers', async () => {
    await using api = await startApp();
    const { ada, create } = await world(api);
    const { id } = (
      await create({ numbers: { toFarEnd: { form: 'national' }, toPbx: { form: 'no-plus' } } })
    ).json<Trunk>();
    const plan = (await ada.get(`/trunks/${id}/plan`)).json<TrunkPlan>();
    expect(plan.steps.some(({ where }) => where.includes('4.2.1.2'))).toBe(true);
    const page = await ada.get(`/trunks/${id}/worksheet.html`);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('Worksheet for trunk Cloud Vienna');
    expect((await ada.get(`/trunks/${id}/worksheet/trunk-group`)).body).toContain('VOICE IP,BOTHWAY,SIP,CLOUDLINK');
    expect((await ada.get(`/trunks/${id}/worksheet/no-such-step`)).statusCode).toBe(404);
    const run = await ada.send('POST', `/trunks/${id}/numbers`, { number: '+33142685300', direction: 'to-far-end' });
    expect(run.json<DryRun>()).toMatchObject({ asSent: '0142685300', problem: null });
  });

  it('never holds a password: there is no place for one', async () => {
    await using api = await startApp();
    const { create } = await world(api);
    const answer = await create({ authentication: { kind: 'digest', user: 'u', password: 'secret' } });
    expect(answer.statusCode).toBe(400);
  });

  it('was last proven by the newest verification or call that took its steps, of this trunk alone', async () => {
    await using api = await startApp();
    const { account, site, ada, create } = await world(api);
    const { id } = (await create()).json<Trunk>();
    const proof = async () => (await ada.get(`/trunks/${id}/proof`)).json<TrunkProof>().command;
    expect(await proof()).toBeNull();
    const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();
    const command = (name: string, minutes: number, more: object = {}) => ({
      id: ulid(START + minutes * 60_000),
      account_id: account,
      gateway_id: site.gateway,
      name,
      args: JSON.stringify({ trunk: id }),
      state: 'succeeded',
      issuer_id: 'p',
      issuer_name: 'Ann Admin',
      issued_at: at(minutes),
      deadline_at: at(minutes + 15),
      updated_at: at(minutes),
      output: JSON.stringify({ steps: [], proven: true }),
      ...more,
    });
    const verified = command('trunk.verify', 1);
    await api.store.db
      .insertInto('command')
      .values([
        verified,
        command('trunk.verify', 2, { state: 'failed' }),
        command('trunk.verify', 3, { args: JSON.stringify({ trunk: ulid(START) }) }),
        command('trunk.plan', 4),
      ])
      .execute();
    expect(await proof()).toMatchObject({ id: verified.id, issuerName: 'Ann Admin', issuedAt: at(1) });
    const called = command('trunk.test-call', 5, { args: JSON.stringify({ trunk: id, through: 'pbx' }) });
    await api.store.db.insertInto('command').values(called).execute();
    expect(await proof()).toMatchObject({ id: called.id, output: { proven: true } });
  });

  it('says that its PBX was removed, and can be given to another one', async () => {
    await using api = await startApp();
    const { account, site, ada, create } = await world(api);
    const made = await create();
    const { id, etag } = made.json<Trunk>();
    await api.store.db.updateTable('pbx').set({ removed_at: 'now' }).where('id', '=', site.pbx).execute();
    expect((await ada.get(`/trunks/${id}`)).json<Trunk>()).toMatchObject({ pbxRemoved: true, pbxName: 'PBX 1' });
    const change = (pbx: string) => ada.send('PUT', `/trunks/${id}`, settings(pbx), { 'if-match': etag });
    expect((await change(site.pbx)).json<ErrorBody>()).toMatchObject({ field: 'pbx' });
    const other = await addSite(api.store, account, 'Second');
    expect((await change(other.pbx)).json<Trunk>()).toMatchObject({ pbxRemoved: false, pbx: other.pbx });
  });
});
