import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { missing, onboardingStatus, stepsOf, WizardState, wizardPath } from '#daemon/wizard/state.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { quiet, StandingClock } from '../daemon-work/support.ts';

const site = { name: 'Plant', address: '', city: 'Graz', country: 'AT', province: '', postalCode: '' };
const fresh = { done: [], completedAt: null };
const nothing = { variant: 'standalone', claimed: false, pbxs: 0, synced: false } as const;

describe('the set-up as it is seen', () => {
  test.each([
    ['Configure gateway', fresh, nothing],
    ['Configure gateway', { ...fresh, site }, nothing],
    ['Configure gateway', fresh, { ...nothing, claimed: true }],
    ['Add PBX', { ...fresh, site }, { ...nothing, claimed: true }],
    ['Connect the PBX', { ...fresh, site }, { ...nothing, claimed: true, pbxs: 1 }],
    ['Deployment', { ...fresh, site }, { ...nothing, claimed: true, pbxs: 1, synced: true }],
    ['Sync PBX', { ...fresh, site }, { ...nothing, variant: 'embedded' as const, claimed: true, pbxs: 1 }],
    ['Deployment', { ...fresh, site }, { variant: 'embedded' as const, claimed: true, pbxs: 1, synced: true }],
    ['Onboarding Complete', { ...fresh, site, completedAt: '2030-01-01T00:00:00.000Z' }, nothing],
  ])('says %s', (status, document, facts) => {
    expect(onboardingStatus(document, facts)).toBe(status);
  });

  test('a step that was called out of order does not make those before it done', () => {
    const steps = stepsOf({ done: ['deployment', 'pbx', 'connect'], completedAt: null }, nothing);
    expect(steps.filter(({ state }) => state === 'done').map(({ id }) => id)).toEqual(['deployment']);
    expect(steps.find(({ state }) => state === 'current')?.id).toBe('gateway');
    expect(missing(fresh, nothing)).toEqual(['gateway', 'pbx', 'connect']);
  });
});

describe('the set-up on the disk', () => {
  const open = (folder: string) => WizardState.open({ folder, clock: new StandingClock(), log: quiet });

  test('the slower of two browsers is told and changes nothing; saying the same twice is harmless', async () => {
    await using folder = await temporaryFolder('wizard');
    const state = await open(folder.path);
    await state.change(0, () => ({ site }));
    await expect(state.change(0, () => ({ site: { ...site, city: 'Linz' } }))).rejects.toThrow(
      expect.objectContaining({ code: 'wizard.changed' }),
    );
    await state.change(0, () => ({ site }));
    expect((await open(folder.path)).document).toMatchObject({ revision: 1, site: { city: 'Graz' } });
  });

  test('what is refused first is not written down', async () => {
    await using folder = await temporaryFolder('wizard');
    const state = await open(folder.path);
    const refuse = () => Promise.reject(new Error('refused'));
    await expect(state.change(0, () => ({ site }), refuse)).rejects.toThrow('refused');
    expect(state.document.site).toBeUndefined();
    await state.change(0, () => ({ site }));
  });

  test('its completion stays, and damage in both copies makes it begin anew', async () => {
    await using folder = await temporaryFolder('wizard');
    const state = await open(folder.path);
    await state.complete(0);
    const { completedAt } = state.document;
    await state.complete(0);
    expect(state.document).toMatchObject({ completedAt, revision: 1 });
    expect((await open(folder.path)).isComplete).toBe(true);
    const path = wizardPath(folder.path);
    expect(await readFile(`${path}.good`, 'utf8')).toContain('completedAt');
    await Promise.all([writeFile(path, 'x'), writeFile(`${path}.good`, 'y')]);
    expect((await open(folder.path)).document.revision).toBe(0);
  });
});
