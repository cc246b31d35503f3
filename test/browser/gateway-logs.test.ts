/** The panel of logs on the page of a gateway that is offline, with a file that it brought before. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import { hasChromium } from './support/console.ts';
import { axe, overflow, shot, startSeededConsole } from './support/seeded.ts';

const FILE = 'demarc-bundle-gw-graz-20261121T170312Z.tar.gz';
const BYTES = Buffer.from('what is in it does not matter here');

describe.skipIf(!hasChromium)('the logs of a gateway, in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;
  let folder: string;

  beforeAll(async () => {
    running = await startSeededConsole();
    const gateway = running.seeded.gateways.offline;
    const command = ulid();
    const store = await Store.open({ path: running.database, clock: systemClock });
    await store.db.updateTable('gateway').set({ capabilities: '[]' }).where('id', '=', gateway).execute();
    await store.db
      .insertInto('upload')
      .values({
        id: ulid(),
        account_id: running.account,
        gateway_id: gateway,
        command_id: command,
        kind: 'logs',
        file_name: FILE,
        bytes: BYTES.length,
        sha256: '0'.repeat(64),
        requested_by: 'Ada Admin',
        created_at: new Date(Date.now() - 3_600_000).toISOString(),
        completed_at: new Date(Date.now() - 3_600_000).toISOString(),
      })
      .execute();
    await store.close();
    folder = join(dirname(running.database), 'uploads', running.account);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, command), BYTES);
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  const open = async (look: { dark?: boolean; width?: number } = {}) => {
    const visited = await running.visit(`/gateways/${running.seeded.gateways.offline}`, look);
    const panel = visited.page.getByRole('region', { name: 'Logs' });
    await panel.getByText(FILE).waitFor();
    return { ...visited, panel, [Symbol.asyncDispose]: () => visited[Symbol.asyncDispose]() };
  };

  test.each([
    { look: {}, name: 'logs-light' },
    { look: { dark: true }, name: 'logs-dark' },
    { look: { width: 320 }, name: 'logs-320' },
  ])('have no accessibility fault and fit: $name', async ({ look, name }) => {
    await using visited = await open(look);
    await shot(visited.page, name);
    expect(await overflow(visited.page)).toBe(0);
    expect(await axe(visited.page)).toEqual([]);
    expect(visited.faults).toEqual([]);
  });

  test('a request in the site’s time becomes a command that waits for a gateway that is not there', async () => {
    await using visited = await open();
    const { page, panel } = visited;
    const zone = /\(([\w/]+)\)/.exec(await panel.getByText('Times are those of the site').innerText())?.[1];
    await panel.getByLabel('What to collect').selectOption('daemon');
    await panel.getByLabel('From', { exact: true }).fill('2026-06-01T08:30');
    await panel.getByLabel('To', { exact: true }).fill('2026-06-01T07:30');
    await panel.getByText('This is before the beginning.').waitFor();
    await panel.getByLabel('To', { exact: true }).fill('2026-06-01T09:30');
    await panel.getByLabel('Only lines with').fill('refused');
    await panel.getByLabel('Newest lines').fill('500');
    const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/commands'));
    await panel.getByRole('button', { name: 'Collect' }).click();
    const hours = zone === 'UTC' ? ['08', '09'] : ['06', '07'];
    expect((await sent).postDataJSON()).toEqual({
      name: 'gateway.collect-logs',
      args: {
        type: 'daemon',
        from: `2026-06-01T${hours[0]}:30:00.000Z`,
        to: `2026-06-01T${hours[1]}:30:00.000Z`,
        text: 'refused',
        lines: 500,
      },
      deadlineSeconds: 86_400,
    });
    await panel.getByText('Waits for the gateway until').waitFor();
    await shot(page, 'logs-waiting');
    expect(await axe(page)).toEqual([]);
  });

  test('a file is downloaded, and deleted after a word was typed', async () => {
    await using visited = await open();
    const { page, panel } = visited;
    const coming = page.waitForEvent('download');
    await panel.getByRole('link', { name: `Download ${FILE}` }).click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe(FILE);
    expect(await readFile(await download.path())).toEqual(BYTES);
    await panel.getByRole('button', { name: `Delete ${FILE}` }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('delete');
    await shot(page, 'logs-delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await panel.getByText('Nothing has been collected yet.').waitFor();
    expect(await readdir(folder)).toEqual([]);
    expect(visited.faults).toEqual([]);
  });
});
