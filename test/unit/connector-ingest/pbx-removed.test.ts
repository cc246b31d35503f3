import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import { person, runOf, START, type World, world } from './world.ts';

const at = new Date(START).toISOString();

const link = (id: string, name = 'Main site') => ({
  id,
  type: 'mivoice-5000',
  name,
  address: 'ldap://pbx',
  capabilities: {},
  syncMinutes: 20,
  nextSyncAt: null,
  running: null,
  lastSync: null,
  lastSuccessAt: null,
  users: 0,
  numbers: 0,
});
const gone = (id: string) => ({ id, type: 'mivoice-5000', name: 'Main site', at });

const keys = async (w: World) =>
  (await w.store.db.selectFrom('directory_user').select('source_key').orderBy('source_key').execute()).map(
    ({ source_key }) => source_key,
  );
const first = (w: World, seq: number, pbx: string) =>
  runOf(w, seq, {
    pbx,
    chunks: [{ put: [person('1'), person('2')] }],
    header: { mode: 'full', trigger: 'first' },
  });

it('takes the users, numbers, edits and open decisions of a removed PBX away, keeps all others, and says so once', async () => {
  await using w = await world();
  const [pbx, other] = [ulid(), ulid()];
  await w.send(...first(w, 1, pbx), w.section(4, 'pbxs', 1, { links: [link(pbx), link(other, 'Plant')] }));
  await w.send(...runOf(w, 5, { pbx: other, chunks: [{ put: [person('9')] }], header: { mode: 'full' } }));
  const numbers = (id: string) => ({
    id,
    type: 'mivoice-5000',
    name: 'Main site',
    readAt: at,
    omitted: 0,
    dids: [{ from: '+4901' }],
    ranges: [{ from: '10', to: '19' }],
  });
  await w.send(w.section(8, 'numbers', 1, { pbxs: [numbers(pbx), numbers(other)] }));
  const { db } = w.store;
  await db
    .insertInto('user_edit')
    .values(
      [pbx, other].map((id) => ({
        account_id: w.address.account,
        pbx_id: id,
        source_key: '1',
        first_name: null,
        last_name: null,
        email: null,
        email_lc: null,
        mobile_phone: null,
        status: 'Inactive',
        role: 'User',
        edited_at: at,
        edited_by: 'Ann',
      })),
    )
    .execute();
  await w.send(...runOf(w, 9, { pbx, chunks: [{ remove: ['1'] }], header: { base: 1 }, trailer: { outcome: 'Held' } }));

  const removed = { links: [link(other, 'Plant')], removed: [gone(pbx)] };
  await w.send(w.section(12, 'pbxs', 2, removed));
  expect(await keys(w)).toEqual(['9']);
  expect(await db.selectFrom('user_edit').select('pbx_id').execute()).toEqual([{ pbx_id: other }]);
  expect(await db.selectFrom('did').select('pbx_id').execute()).toEqual([{ pbx_id: other }]);
  expect(await db.selectFrom('extension_range').select('pbx_id').execute()).toEqual([{ pbx_id: other }]);
  expect(await db.selectFrom('held_user').selectAll().execute()).toEqual([]);
  expect(await db.selectFrom('sync_run').select('hold').where('outcome', '=', 'Held').execute()).toEqual([
    { hold: 'superseded' },
  ]);
  // Twice, and a later section that still names it, change nothing and tell nothing.
  await w.send(w.section(12, 'pbxs', 2, removed), w.section(13, 'pbxs', 3, removed));
  const events = await w.events('pbx.removed');
  expect(events).toHaveLength(1);
  expect(JSON.parse(events[0]?.details ?? '')).toEqual({ pbx: 'Main site', users: 2, numbers: 2 });
  expect(await w.quarantine()).toEqual([]);
});

it('lets nothing back in that comes after the removal: no run, no numbers, no decision', async () => {
  await using w = await world();
  const pbx = ulid();
  const late = first(w, 1, pbx);
  // The removal overtakes the run, of which the cloud has never heard.
  await w.send(w.section(4, 'pbxs', 1, { links: [], removed: [gone(pbx)] }));
  await w.send(...late.slice(0, 1));
  await w.send(...late.slice(1));
  await w.send(
    w.section(5, 'numbers', 1, {
      pbxs: [{ ...gone(pbx), readAt: at, dids: [{ from: '1' }], ranges: [], omitted: 0 }],
    }),
  );
  expect(await keys(w)).toEqual([]);
  expect(await w.store.db.selectFrom('did').selectAll().execute()).toEqual([]);
  expect(await w.store.db.selectFrom('sync_stage_run').selectAll().execute()).toEqual([]);
  expect(await w.quarantine()).toEqual([]);
  expect((await w.gateway()).acked_seq).toBe(5);
  expect(await w.events('pbx.removed')).toEqual([]);
});

it('does not take a PBX that is merely missing for removed, and drops a half-staged run of one that is', async () => {
  await using w = await world();
  const pbx = ulid();
  await w.send(...first(w, 1, pbx), w.section(4, 'pbxs', 1, { links: [link(pbx)] }));
  await w.send(w.section(5, 'pbxs', 2, { links: [] }));
  expect(await keys(w)).toEqual(['1', '2']);
  const half = runOf(w, 6, { pbx, chunks: [{ put: [person('3')] }], header: { base: 1 } });
  await w.send(...half.slice(0, 2));
  await w.send(w.section(9, 'pbxs', 3, { links: [], removed: [gone(pbx)] }));
  await w.send(...half.slice(2));
  expect(await keys(w)).toEqual([]);
  expect(await w.store.db.selectFrom('sync_stage').selectAll().execute()).toEqual([]);
});

it('has a PBX again that its gateway names again, and asks for all of its users', async () => {
  await using w = await world();
  const pbx = ulid();
  await w.send(...first(w, 1, pbx), w.section(4, 'pbxs', 1, { links: [], removed: [gone(pbx)] }));
  await w.send(w.section(5, 'pbxs', 2, { links: [link(pbx)] }));
  await w.send(...runOf(w, 6, { pbx, chunks: [{ put: [person('3')] }], header: { base: 1 } }));
  expect(w.took('ask')).toEqual([{ what: 'users', pbx }]);
  await w.send(...runOf(w, 9, { pbx, chunks: [{ put: [person('3')] }], header: { mode: 'full' } }));
  expect(await keys(w)).toEqual(['3']);
});

it('lets a gateway remove neither a PBX of another account nor one of another gateway that is there', async () => {
  await using w = await world();
  const others = [await w.addGateway(await w.addAccount('Other')), await w.addGateway(w.address.account, 'Second')];
  const rows = others.map(({ account, gateway }) => ({
    id: ulid(),
    account_id: account,
    gateway_id: gateway,
    type: 'mivoice-5000',
    name: 'Theirs',
    revision: 1,
    created_at: at,
  }));
  await w.store.db.insertInto('pbx').values(rows).execute();
  await w.send(w.section(1, 'pbxs', 1, { links: [], removed: rows.map(({ id }) => gone(id)) }));
  const marks = () => w.store.db.selectFrom('pbx').select('removed_at').orderBy('id').execute();
  expect(await marks()).toEqual([{ removed_at: null }, { removed_at: null }]);
  // Its own earlier identity is another matter.
  await w.store.db
    .updateTable('gateway')
    .set({ released_at: at })
    .where('id', '=', others[1]?.gateway ?? '')
    .execute();
  await w.send(w.section(2, 'pbxs', 2, { links: [], removed: rows.map(({ id }) => gone(id)) }));
  const removed = await w.store.db.selectFrom('pbx').select('id').where('removed_at', 'is not', null).execute();
  expect(removed).toEqual([{ id: rows[1]?.id }]);
  expect(await w.quarantine()).toEqual([]);
});
