import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/console.ts';
import { englishLines } from './support/german.ts';
import { call, shot, startSeededConsole } from './support/seeded.ts';

type SeededConsole = Awaited<ReturnType<typeof startSeededConsole>>;

const FAR_END = { kind: 'border-gateway', host: 'sip.example.org', port: 5061, transport: 'tls' };

describe.skipIf(!hasChromium)('the pages in German', () => {
  let running: SeededConsole;
  beforeAll(async () => {
    running = await startSeededConsole();
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  test('say nothing in English', async () => {
    const { seeded, account } = running;
    await using visited = await running.visit('/icon.svg');
    const { page } = visited;
    await page.evaluate(() => localStorage.setItem('demarc.language', 'de'));
    const { items: runs } = await call<{ items: { pbx: string }[] }>(page, 'GET', `/sync-runs?account=${account}`);
    const settings = { name: 'Wien', pbx: runs[0]?.pbx, host: '192.0.2.20', port: 5061, farEnd: FAR_END };
    const trunk = await call<{ id: string }>(page, 'POST', '/trunks', { account, settings });
    const ids: Readonly<Record<string, string>> = {
      '/gateways/:id': seeded.gateways.online,
      '/sync-runs/:id': seeded.heldRun,
      '/accounts/:id': account,
      '/roles/:id': 'Partner',
      '/trunks/:id': trunk.id,
    };
    const source = readFileSync(join(import.meta.dirname, '../../web/console/shell/pages.tsx'), 'utf8');
    const paths = [...source.matchAll(/\bpath: '([^']+)'/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(20);
    const left: string[] = [];
    for (const path of paths) {
      await page.goto(running.url + path.replace(':id', ids[path] ?? ':id'));
      await page.locator('main h1, main h2').first().waitFor();
      await page.getByText('Wird geladen …').first().waitFor({ state: 'hidden' });
      await shot(page, `german${path.replaceAll(/[/:]/g, '-')}`);
      left.push(...(await englishLines(page)).map((line) => `${path}: ${line}`));
    }
    expect(left).toEqual([]);
  });
});
