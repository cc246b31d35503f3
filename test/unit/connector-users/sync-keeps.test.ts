import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import { readOne } from '#connector/lists/list.ts';
import { type UserRow, userDto, usersList } from '#connector/lists/users.ts';
import { editUser } from '#connector/users/users.ts';
import type { UserEdit } from '#contract/api/users.ts';
import { type UserRecord } from '#contract/users.ts';
import { person, runOf, type World, world } from '../connector-ingest/world.ts';

const NOBODY = { id: '', name: 'Ada', email: '', partner: '', grants: [] };
const BY = { actor: { id: 'p', name: 'Ada', kind: 'person' }, requestId: 'r' } as const;

async function userOf(w: World, pbx: string, key: string) {
  const found = await w.store.db
    .selectFrom('directory_user')
    .select('id')
    .where('pbx_id', '=', pbx)
    .where('source_key', '=', key)
    .executeTakeFirstOrThrow();
  const row = await readOne<UserRow>(w.store.db, usersList, found.id);
  if (row === undefined) throw new Error('the user is gone');
  return userDto(row);
}

async function edit(w: World, pbx: string, key: string, change: UserEdit) {
  const { id, etag } = await userOf(w, pbx, key);
  await editUser({ store: w.store, clock: w.clock }, { id, match: etag, edit: change, by: NOBODY }, BY);
}

it('a sync neither overwrites nor loses what an admin set, and the PBX wins where it begins to tell', async () => {
  await using w = await world();
  const pbx = ulid();
  const bare: UserRecord = { key: '1000', name: 'Bare', extension: '1000', irregularities: ['no-email'] };
  const others = Array.from({ length: 5 }, (_, n) => person(String(2000 + n)));
  let seq = 1;
  let base = 0;
  const run = async (put: UserRecord[], more: { remove?: string[]; mode?: 'full' | 'delta' } = {}) => {
    const { mode = 'delta', remove = [] } = more;
    const messages = runOf(w, seq, {
      pbx,
      chunks: [{ put, remove }],
      header: { mode, base },
      trailer: { revision: base + 1 },
    });
    await w.send(...messages);
    seq += messages.length;
    base += 1;
    w.clock.advance(1000);
  };
  await run([bare, ...others], { mode: 'full' });
  await edit(w, pbx, '1000', { email: 'Bare@Cloud.example', mobilePhone: '+43664123456', status: 'Inactive' });
  const mine = { email: 'Bare@cloud.example', mobilePhone: '+43664123456', status: 'Inactive', irregularities: [] };
  expect(await userOf(w, pbx, '1000')).toMatchObject({ ...mine, modifiedBy: 'Ada' });

  // The same record again touches nothing; a changed one changes only what is the PBX's.
  await run([bare]);
  expect(await userOf(w, pbx, '1000')).toMatchObject({ ...mine, modifiedBy: 'Ada' });
  await run([{ ...bare, name: 'Bare Renamed' }]);
  expect(await userOf(w, pbx, '1000')).toMatchObject({ ...mine, name: 'Bare Renamed', modifiedBy: null });

  // Removed on the PBX and back again.
  await run([], { remove: ['1000'] });
  await expect(userOf(w, pbx, '1000')).rejects.toThrow();
  await run([bare]);
  expect(await userOf(w, pbx, '1000')).toMatchObject(mine);

  // The PBX has an address now, which is locked; when it takes it back, the admin's is there again.
  await run([{ ...bare, email: 'pbx@example.org', irregularities: [] }]);
  const told = await userOf(w, pbx, '1000');
  expect(told).toMatchObject({ email: 'pbx@example.org', mobilePhone: '+43664123456' });
  expect(told.lockedFields).toContain('email');
  await run([bare]);
  const again = await userOf(w, pbx, '1000');
  expect(again).toMatchObject(mine);
  expect(again.lockedFields).not.toContain('email');
});
