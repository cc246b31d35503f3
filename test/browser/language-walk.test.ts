import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '#contract/errors/catalogue.ts';
import { text as german } from '#web/console/texts/de/index.ts';
import { text as english } from '#web/console/texts/en/index.ts';
import { kitText as germanKit } from '#web/kit/texts/de.ts';
import { phrases } from '#web/kit/texts/de-phrases/index.ts';
import { kitText as englishKit } from '#web/kit/texts/en.ts';
import { hasChromium } from './support/console.ts';
import { call, shot, startSeededConsole } from './support/seeded.ts';

type SeededConsole = Awaited<ReturnType<typeof startSeededConsole>>;

/** What a catalogue says, in the pieces that stand between what is put in. */
function pieces(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/\{\d.?\}/);
  if (typeof value === 'function') return String(value('\0', '\0', '\0', '\0', '\0')).split(/[\0\d]+/);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(pieces);
}
const isSentence = (piece: string): boolean => (piece.match(/\p{L}+/gu)?.length ?? 0) > 2;

const OURS = new Set([...pieces(german), ...pieces(germanKit), ...Object.values(phrases).flatMap(pieces)]);
const THEIRS = [
  ...pieces(english),
  ...pieces(englishKit),
  ...pieces(catalogue),
  ...Object.keys(phrases).flatMap(pieces),
]
  .map((piece) => piece.trim())
  .filter((piece) => isSentence(piece) && !OURS.has(piece));
/** Names of settings and errors, alike in all languages. */
const CODE = /^[a-z]+(\.[a-z-]+)+$/;
/** Words that no German line has: what a catalogue does not know is found by them. */
const ENGLISH = /\b(the|of|and|is|are|were|with|from|not|to|for|by|this|has|have|no|your|it)\b/i;

const FAR_END = { kind: 'border-gateway', host: 'sip.example.org', port: 5061, transport: 'tls' };

/** Every line that a person sees or is read, but for what programs and people have named. */
const linesOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const lines: string[] = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const element = node instanceof Element ? node : node.parentElement;
      if (element === null || element.closest('script, style, noscript, pre, code, .dk-mono, [lang=en]')) continue;
      if (node instanceof Text) lines.push(node.data);
      else
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) lines.push(element.getAttribute(name) ?? '');
    }
    return [...new Set(lines.map((line) => line.trim()))];
  });

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
      for (const line of await linesOf(page)) {
        if (CODE.test(line)) continue;
        if (ENGLISH.test(line) || THEIRS.some((piece) => line.includes(piece))) left.push(`${path}: ${line}`);
      }
    }
    expect(left).toEqual([]);
  });
});
