/** The panel of updates on a gateway's page. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { faultsInEachLook, startSeededConsole } from './support/seeded.ts';

describe.skipIf(!hasChromium)('the updates of a gateway, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;

  beforeAll(async () => {
    running = await startSeededConsole();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  const open = async () => {
    const visited = await running.visit(`/gateways/${running.seeded.gateways.online}`);
    await visited.page.getByRole('heading', { name: 'Updates' }).waitFor();
    return visited;
  };

  test('tell outcome, cause and next step, in light, dark and on a telephone', async () => {
    await using visited = await open();
    await visited.page.getByText('Version 0.1.9 was taken back; 0.1.0 runs again.').waitFor();
    await visited.page.getByText('The new version could not connect to the cloud in time').first().waitFor();
    expect(await faultsInEachLook(visited, 'update')).toEqual([]);
  });

  test('a changed schedule becomes a command with all of it, in the time of the site', async () => {
    await using visited = await open();
    const { page } = visited;
    const form = page.getByRole('form', { name: 'Update schedule' });
    expect(await form.getByLabel('Day').inputValue()).toBe('6');
    await form.getByLabel('How often').selectOption('daily');
    await form.getByLabel('Time (Europe/Vienna)').fill('21:00');
    const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/commands'));
    await form.getByRole('button', { name: 'Save' }).click();
    expect((await sent).postDataJSON()).toEqual({
      name: 'gateway.set-update-schedule',
      args: { automatic: true, frequency: 'daily', day: 6, time: '21:00', paused: false },
    });
  });

  test('Cancel takes back what was typed, Pause asks for no more than that', async () => {
    await using visited = await open();
    const { page } = visited;
    const form = page.getByRole('form', { name: 'Update schedule' });
    await form.getByLabel('Time (Europe/Vienna)').fill('21:00');
    expect(await form.getByRole('button', { name: 'Pause' }).isDisabled()).toBe(true);
    await form.getByRole('button', { name: 'Cancel' }).click();
    expect(await form.getByLabel('Time (Europe/Vienna)').inputValue()).toBe('01:17');
    const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/commands'));
    await form.getByRole('button', { name: 'Pause' }).click();
    expect((await sent).postDataJSON()).toMatchObject({ args: { paused: true, time: '01:17', day: 6 } });
  });
});
