/** The table of PBX families, and the page that is made of it. */
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { PbxType } from '#contract/words.ts';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { adapterParts } from '#test/support/adapter-parts.ts';
import { familiesPage, withFamilies } from '#test/support/families-page.ts';

const page = new URL('../../../docs/pbx-families.md', import.meta.url);
const readme = new URL('../../../README.md', import.meta.url);

describe('PBX families', () => {
  it('are all listed', () => {
    expect(Object.keys(adapterTypes).toSorted()).toEqual(PbxType.options.toSorted());
    for (const [name, type] of Object.entries(adapterTypes)) expect(type.type).toBe(name);
  });

  it.each([null, 5, 'x', [], { folder: 'relative' }, { folder: '/a', files: ['/b'] }, {}])(
    'settings %j of a MiVoice Business are refused',
    (settings) => {
      expect(() => adapterTypes['mivoice-business'].create(settings, adapterParts())).toThrow(
        expect.objectContaining({ code: 'config.invalid' }),
      );
    },
  );

  it('tell where they read from', () => {
    expect(adapterTypes['mivoice-business'].address({ folder: '/srv/forms' })).toBe('/srv/forms');
    expect(adapterTypes['mivoice-5000'].address({ host: 'pbx', baseDn: 'o=x' })).toBe('pbx:389');
  });

  it('name every secret of their settings', () => {
    const secret = /password|secret|token|key$/i;
    const settings = { host: 'h', baseDn: 'o=x', bindDn: 'cn=x', password: 'y' };
    const parsed = adapterTypes['mivoice-5000'].connection.parse(settings) as Record<string, unknown>;
    expect(Object.keys(parsed).filter((name) => secret.test(name))).toEqual(adapterTypes['mivoice-5000'].secretNames);
    const directory = { host: 'd', baseDn: 'o=x', bindDn: 'cn=x' };
    const shell = { host: 'h', user: 'u', password: 'y', hostKeyFingerprint: `SHA256:${'A'.repeat(43)}` };
    const secrets = { directoryPassword: 'z', managerPassword: 'm' };
    const whole = { ...shell, ...secrets, directory, manager: { user: 'u' } };
    const mxOne = adapterTypes['mx-one'].connection.parse(whole) as object;
    expect(Object.keys(mxOne).filter((name) => secret.test(name))).toEqual(adapterTypes['mx-one'].secretNames);
  });

  it('a declared version is in the inventory, and without one it is said that none is known', async () => {
    const settings = { host: 'pbx', baseDn: 'o=x' };
    const inventory = (more: object) =>
      adapterTypes['mivoice-5000']
        .create({ ...settings, ...more }, adapterParts())
        .inventory(AbortSignal.timeout(1000));
    expect(await inventory({ declaredVersion: '8.1' })).toMatchObject([
      { version: { value: '8.1', source: 'declared' } },
    ]);
    expect(await inventory({})).toMatchObject([{ version: { value: null, source: 'none' }, licence: null }]);
  });

  it('docs/pbx-families.md says what the adapters say', async () => {
    // UPDATE_DOCS=1 writes the page anew.
    if (process.env['UPDATE_DOCS']) await writeFile(page, familiesPage());
    expect(await readFile(page, 'utf8')).toBe(familiesPage());
  });

  it('the table in README.md says what the adapters say', async () => {
    const text = await readFile(readme, 'utf8');
    if (process.env['UPDATE_DOCS']) await writeFile(readme, withFamilies(text));
    expect(await readFile(readme, 'utf8')).toBe(withFamilies(text));
  });
});
