import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { seedTrunks } from '#test/browser/support/seed-trunks.ts';
import { call, startSeededConsole } from '#test/browser/support/seeded.ts';
import { startJudge } from './lighthouse-judge.ts';
import type { Findings } from './report.ts';

const PAGES = join(import.meta.dirname, '../../web/console/shell/pages.tsx');
/** Pages that stand before the navigation, with nobody signed in. */
const AT_THE_DOOR = ['/', '/setup', '/password', '/sign-in', '/sign-in/problem'];

/** Judges every page of the console by Lighthouse; one that names a record is shown with the first that there is. */
export async function lighthouseScores(say: (text: string) => void): Promise<Findings> {
  await using running = await startSeededConsole();
  await seedTrunks(running);
  await using signedIn = await running.visit('/');
  await call(signedIn.page, 'POST', '/roles', { name: 'Night shift' });
  const routes = [...(await readFile(PAGES, 'utf8')).matchAll(/path: '([^']+)'/g)].map(([, path]) => path ?? '/');
  await using lighthouse = await startJudge('the console', say);
  const missing: Record<string, string> = {};
  const judge = (name: string, path: string) => lighthouse.judge(name, running.url + path);

  for (const path of AT_THE_DOOR) await judge(path === '/' ? 'nobody signed in' : path, path);
  await lighthouse.browser.addCookies(await signedIn.page.context().cookies());
  for (const route of routes) {
    const path = await shown(signedIn.page, route);
    if (path === undefined) missing[route] = 'not judged: there is no record to show';
    else await judge(route, path);
  }
  return lighthouse.findings(missing);
}

/** The path of a route with its `:id` filled in by the first record of the list above it that has a page. */
async function shown(page: Page, route: string): Promise<string | undefined> {
  if (!route.includes(':')) return route;
  const list = route.split('/:')[0] ?? '';
  const id = await page.evaluate(async (address) => {
    const answer = await fetch(`/api/v1${address}?limit=50`);
    if (!answer.ok) return undefined;
    const { items } = (await answer.json()) as { items?: { id?: string; custom?: boolean }[] };
    // Roles that everybody has are looked at in the list.
    return items?.find(({ custom }) => custom !== false)?.id;
  }, list);
  return id === undefined ? undefined : `${list}/${id}`;
}
