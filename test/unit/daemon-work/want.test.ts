import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigFile } from '#config/daemon-settings.ts';
import { Want } from '#contract/sections.ts';
import { WantedTrunks } from '#daemon/trunks/wanted-trunks.ts';
import { AppliedWant } from '#daemon/want.ts';
import { quiet, storeBench } from './support.ts';

async function bench() {
  const base = await storeBench('want');
  const config = await ConfigFile.load(join(base.folder, 'config.json'));
  const trunks = await WantedTrunks.open(base.store);
  const site: { country?: string } = {};
  const siteCountry = () => site.country;
  const open = () =>
    AppliedWant.open({ store: base.store, config, trunks, siteCountry, clock: base.clock, log: quiet });
  return Object.assign(base, { config, trunks, site, open, want: await open() });
}

const message = (version: number, settings: object) => Want.parse({ version, settings });

describe('settings that the cloud decides', () => {
  test('are applied to the configuration once a version, and the version is kept over a restart', async () => {
    await using b = await bench();
    const first = message(3, { phonePolicy: 'Work', guard: { percent: 5, users: 7 }, country: 'at' });
    expect(await b.want.apply(first)).toBe(true);
    expect(b.config.current).toMatchObject({
      phonePolicy: 'Work',
      guard: { percent: 5, users: 7 },
      site: { country: 'AT' },
    });
    expect(await b.want.apply(first)).toBe(false);
    expect((await b.open()).current()).toMatchObject({ version: 3, code: 'ok' });
  });

  test('what they leave out stays as it is on site', async () => {
    await using b = await bench();
    await b.want.apply(message(1, { guard: { percent: 5, users: 7 }, country: 'DE' }));
    await b.want.apply(message(2, { phonePolicy: 'Mobile' }));
    expect(b.config.current).toMatchObject({ guard: { percent: 5, users: 7 }, site: { country: 'DE' } });
  });

  test('the country that was entered on site counts for more than that of the account', async () => {
    await using b = await bench();
    b.site.country = 'CH';
    await b.want.apply(message(1, { phonePolicy: 'Work', country: 'AT' }));
    expect(b.config.current).toMatchObject({ phonePolicy: 'Work', site: { country: 'CH' } });
  });

  test('the address of the account is kept over a restart, to be offered for that of the site', async () => {
    await using b = await bench();
    const business = { address: 'Main street 1', city: 'Graz', province: 'Styria', postalCode: '8010' };
    await b.want.apply(message(1, { business }));
    expect((await b.open()).business()).toEqual(business);
    await b.want.apply(message(2, {}));
    expect(b.want.business()).toBeUndefined();
  });

  test('a value that cannot be is told by its code, changes nothing, and is tried again when it comes again', async () => {
    await using b = await bench();
    const bad = message(4, { country: '1!', phonePolicy: 'None' });
    expect(await b.want.apply(bad)).toBe(true);
    expect(b.want.current()).toMatchObject({ version: 4, code: 'config.invalid' });
    expect(b.config.current.phonePolicy).toBe('All');
    expect(await b.want.apply(bad)).toBe(true);
  });

  test('the same version of another account is not taken for what is in force', async () => {
    await using b = await bench();
    await b.want.apply(message(1, { phonePolicy: 'Work' }));
    expect(await b.want.apply(message(1, { phonePolicy: 'None' }))).toBe(true);
    expect(b.config.current.phonePolicy).toBe('None');
  });

  test('trunks are on disk, the whole list at a time; a message without them changes none', async () => {
    await using b = await bench();
    const second = '01JD0000000000000000000002';
    let told = 0;
    b.trunks.onChange(() => {
      told += 1;
    });
    const trunk = (id: string, name: string) => ({
      id,
      settings: {
        name,
        pbx: '01JD0000000000000000000000',
        host: '192.0.2.5',
        port: 5061,
        farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
      },
    });
    await b.want.apply(message(1, { trunks: [trunk('01JD0000000000000000000001', 'One'), trunk(second, 'Two')] }));
    await b.want.apply(message(2, { trunks: [trunk(second, 'Two, changed')] }));
    await b.want.apply(message(3, {}));
    expect(told).toBe(2);
    const kept = (await WantedTrunks.open(b.store)).list().map(({ id, settings }) => [id, settings.name]);
    expect(kept).toEqual([[second, 'Two, changed']]);
  });
});
