import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { START, type World, world } from './world.ts';

const at = new Date(START).toISOString();

const told = (pbx: string, more: object) => ({
  pbxs: [{ id: pbx, type: 'mivoice-business', name: 'North', readAt: at, dids: [], ranges: [], omitted: 0, ...more }],
});

const dids = (w: World) => w.store.db.selectFrom('did').selectAll().orderBy('lower_end').execute();
const ranges = (w: World) => w.store.db.selectFrom('extension_range').selectAll().orderBy('lower_end').execute();

describe('section numbers', () => {
  it('replaces what the PBX told before, and makes what people entered the PBX’s where both are the same', async () => {
    await using w = await world();
    const pbx = ulid(START);
    await w.send(
      w.section(
        1,
        'numbers',
        1,
        told(pbx, { dids: [{ from: '+4901', target: '1' }], ranges: [{ from: '10', to: '19' }] }),
      ),
    );
    const [first] = await dids(w);
    expect(first).toMatchObject({ number: '+4901', lower_end: '4901', target: '1', source: 'PBX', revision: 1 });
    await w.store.db
      .insertInto('extension_range')
      .values({
        id: ulid(START),
        account_id: w.address.account,
        pbx_id: pbx,
        lower_end: '20',
        upper_end: '29',
        source: 'Console',
        location_id: 'kept',
        updated_at: at,
        revision: 1,
      })
      .execute();
    const next = {
      dids: [
        { from: '+4901', target: '1' },
        { from: '+4902', to: '+4909', target: '2', targetTo: '9' },
      ],
      ranges: [{ from: '20', to: '29' }],
      omitted: 3,
    };
    await w.send(w.section(2, 'numbers', 2, told(pbx, next)));
    expect(await dids(w)).toMatchObject([
      { id: first?.id, revision: 1 },
      { number: '+4902', number_to: '+4909', target: '2', target_to: '9' },
    ]);
    expect(await ranges(w)).toMatchObject([{ lower_end: '20', source: 'PBX', location_id: 'kept', revision: 2 }]);
    expect(await w.store.db.selectFrom('number_reading').select('omitted').execute()).toEqual([{ omitted: 3 }]);
  });

  it('forgets a PBX that is told no more, and keeps what people entered for it', async () => {
    await using w = await world();
    const pbx = ulid(START);
    await w.send(w.section(1, 'numbers', 1, told(pbx, { dids: [{ from: '1' }, { from: '2' }] })));
    await w.store.db.updateTable('did').set({ source: 'Console' }).where('lower_end', '=', '2').execute();
    await w.send(w.section(2, 'numbers', 2, { pbxs: [] }));
    expect(await dids(w)).toMatchObject([{ number: '2', source: 'Console' }]);
  });

  it('takes a range whose ends do not fit together for its first number', async () => {
    await using w = await world();
    const odd = [{ from: '100', to: '99' }, { from: '200', to: '100' }, { from: '200' }];
    await w.send(w.section(1, 'numbers', 1, told(ulid(START), { dids: odd })));
    expect(await dids(w)).toMatchObject([
      { number: '100', number_to: null },
      { number: '200', number_to: null },
    ]);
  });
});
