import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigFile } from '#config/daemon-settings.ts';
import { Want } from '#contract/sections.ts';
import { AppliedWant } from '#daemon/want.ts';
import { quiet, storeBench } from './support.ts';

async function bench() {
  const base = await storeBench('want');
  const config = await ConfigFile.load(join(base.folder, 'config.json'));
  const open = () => AppliedWant.open({ store: base.store, config, clock: base.clock, log: quiet });
  return Object.assign(base, { config, open, want: await open() });
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

  test('a value that cannot be is told by its code, changes nothing, and is tried again when it comes again', async () => {
    await using b = await bench();
    const bad = message(4, { country: '1!', phonePolicy: 'None' });
    expect(await b.want.apply(bad)).toBe(true);
    expect(b.want.current()).toMatchObject({ version: 4, code: 'config.invalid' });
    expect(b.config.current.phonePolicy).toBe('All');
    expect(await b.want.apply(bad)).toBe(true);
  });
});
