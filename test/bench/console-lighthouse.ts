import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { chromium, type Page } from 'playwright-core';
import { startSeededConsole } from '#test/browser/support/seeded.ts';
import { freePort, temporaryFolder } from '#test/support/program.ts';
import type { Findings } from './report.ts';

const PAGES = join(import.meta.dirname, '../../web/console/shell/pages.tsx');
/** What is asked of every page, of 1. */
const LIMITS = { accessibility: 1, 'best-practices': 0.95 } as const;
const CATEGORIES = Object.keys(LIMITS) as (keyof typeof LIMITS)[];

/** Judges every page of the console by Lighthouse; one that names a record is shown with the first that there is. */
export async function lighthouseScores(say: (text: string) => void): Promise<Findings> {
  await using stack = new AsyncDisposableStack();
  const running = stack.use(await startSeededConsole());
  await using signedIn = await running.visit('/');
  const routes = [...(await readFile(PAGES, 'utf8')).matchAll(/path: '([^']+)'/g)].map(([, path]) => path ?? '/');
  const port = await freePort();
  const browser = await chromium.launchPersistentContext(stack.use(await temporaryFolder('lighthouse')).path, {
    executablePath: '/usr/bin/chromium',
    ignoreHTTPSErrors: true,
    args: ['--no-sandbox', '--disable-gpu', `--remote-debugging-port=${port}`, '--ignore-certificate-errors'],
  });
  stack.defer(() => browser.close());
  const lowest = { accessibility: 1, 'best-practices': 1 };
  const figures: Record<string, string> = {};
  let unjudged = 0;
  const lighthouseOf = (path: string) =>
    lighthouse(running.url + path, {
      port,
      onlyCategories: [...CATEGORIES],
      disableStorageReset: true,
      disableFullPageScreenshot: true,
      logLevel: 'error',
      formFactor: 'desktop',
      screenEmulation: { disabled: true },
      throttlingMethod: 'provided',
      // The live stream never ends, so the network is never quiet.
      maxWaitForLoad: 5000,
    });
  const judge = async (name: string, path: string) => {
    let result = await lighthouseOf(path);
    // On a busy machine a page may seem to hang.
    for (let more = 2; more > 0 && result?.lhr.runtimeError !== undefined; more -= 1) result = await lighthouseOf(path);
    if (result === undefined || result.lhr.runtimeError !== undefined) {
      unjudged += 1;
      figures[name] = `not judged: ${result?.lhr.runtimeError?.message ?? 'no result'}`;
      say(`${name}: ${figures[name]}`);
      return;
    }
    const { categories, audits } = result.lhr;
    const scores = CATEGORIES.map((category) => {
      const score = categories[category]?.score ?? 0;
      lowest[category] = Math.min(lowest[category], score);
      return `${category} ${Math.round(score * 100)}`;
    });
    const found = CATEGORIES.flatMap((category) => categories[category]?.auditRefs ?? [])
      .filter(({ id, weight }) => weight > 0 && (audits[id]?.score ?? 1) < 1)
      .map(({ id }) => id);
    figures[name] = [scores.join(', '), ...found].join('; ');
    say(`${name}: ${figures[name]}`);
  };

  await judge('sign-in', '/');
  await judge('set-up', '/setup');
  await browser.addCookies(await signedIn.page.context().cookies());
  for (const route of routes) {
    const path = await shown(signedIn.page, route);
    if (path === undefined) figures[route] = 'not judged: there is no record to show';
    else await judge(route, path);
  }
  const bars = CATEGORIES.map((name) => ({
    name: `points short of 100 in ${name}, worst page`,
    value: Math.round((1 - lowest[name]) * 100),
    limit: Math.round((1 - LIMITS[name]) * 100),
  }));
  return { bars: [...bars, { name: 'pages that could not be judged', value: unjudged, limit: 0 }], figures };
}

/** The path of a route with its `:id` filled in by the first record of the list above it. */
async function shown(page: Page, route: string): Promise<string | undefined> {
  if (!route.includes(':')) return route;
  const list = route.split('/:')[0] ?? '';
  const id = await page.evaluate(async (address) => {
    const answer = await fetch(`/api/v1${address}?limit=1`);
    if (!answer.ok) return undefined;
    const { items } = (await answer.json()) as { items?: { id?: string }[] };
    return items?.[0]?.id;
  }, list);
  return id === undefined ? undefined : `${list}/${id}`;
}
