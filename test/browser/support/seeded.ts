/** A console with an account and what gateways would have sent, for a test of some of its pages. */
import axeCore from 'axe-core';
import type { APIResponse, BrowserContext, Page } from 'playwright-core';
import { newContext, PERSON, startConsole, type Watched, watchedPage } from './console.ts';
import { type Seeded, seed } from './seed.ts';

export const PARTNER = 'Alpine Partner';

/** Where somebody wants to look at the pages; nothing is written otherwise. */
const SHOTS = process.env['DEMARC_SCREENSHOTS'];

/**
 * What axe finds, a line for each element (WCAG 2.2 A and AA and axe's best practices). Only what is wrong is collected:
 * on a long table the list of what is right costs more than all checks.
 */
export async function axe(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeCore.source);
  return page.evaluate<string[]>(
    `axe.run({ resultTypes: ['violations'], preload: false }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => id + ': ' + node.html.slice(0, 160) + ' ' + node.failureSummary)))`,
  );
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Keeps a picture of the page where DEMARC_SCREENSHOTS names a folder. */
export async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

/** The looks of a page, by the name of their pictures. */
const LOOKS = {
  light: { width: 1280, colorScheme: 'light' },
  dark: { width: 1280, colorScheme: 'dark' },
  // As narrow as the smallest telephone.
  '320': { width: 320, colorScheme: 'light' },
} as const;

/** Colours change element by element, also where motion is reduced; and what listens to the width has to hear of it. */
async function wear(page: Page, width: number, colorScheme: 'light' | 'dark'): Promise<void> {
  if (page.viewportSize()?.width !== width) await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
  await page.evaluate(async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    for (let still = 0; still < 3; still = document.getAnimations().length === 0 ? still + 1 : 0) await frame();
  });
}

/**
 * What is wrong with a page as it stands, in light, in the dark and on a telephone: what axe finds, what is wider than
 * the window, and what the page logged. Afterwards it is light and as wide as before: a test that starts on a telephone
 * acts there and is looked at everywhere.
 */
export async function faultsInEachLook({ page, faults }: Watched, name: string): Promise<string[]> {
  const found: string[] = [];
  const window = page.viewportSize();
  for (const [look, { width, colorScheme }] of Object.entries(LOOKS)) {
    await wear(page, width, colorScheme);
    await shot(page, `${name}-${look}`);
    found.push(...(await axe(page)).map((line) => `${look}: ${line}`));
    const wider = await overflow(page);
    if (wider > 0) found.push(`${look}: ${wider} px wider than its window`);
  }
  if (window) await page.setViewportSize(window);
  return [...found, ...faults];
}

/** A request as the console itself makes one, with the session of the page. */
export function call<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
  return page.evaluate(
    async ([verb, address, content]) => {
      const me = (await (await fetch('/api/v1/me')).json()) as { csrf: string };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrf };
      const answer = await fetch(`/api/v1${address}`, { method: verb, headers, body: content ?? null });
      const text = await answer.text();
      return (text === '' ? undefined : JSON.parse(text)) as T;
    },
    [method, path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );
}

/** How a page is visited: `all` looks over all accounts, as a partner does at first; otherwise the account is in view. */
export interface Visit {
  dark?: boolean;
  width?: number;
  all?: boolean;
}

/** Redeems the set-up link; the context is signed in afterwards. */
export type SetUp = (context: BrowserContext, link: string) => Promise<void>;

const setUpByApi: SetUp = async ({ request }, link) => {
  const { origin, hash } = new URL(link);
  const token = new URLSearchParams(hash.slice(1)).get('token');
  await answerOf(request.post(`${origin}/api/v1/auth/setup`, { data: { token, partnerName: PARTNER, ...PERSON } }));
};

async function answerOf<T>(answer: Promise<APIResponse>): Promise<T> {
  const told = await answer;
  if (!told.ok()) throw new Error(`${told.url()}: ${told.status()} ${await told.text()}`);
  return (await told.json()) as T;
}

/** Starts a console, sets it up, makes an account and fills it. `visit` opens a page. */
export async function startSeededConsole(setUp: SetUp = setUpByApi) {
  const running = await startConsole();
  try {
    const context = await newContext(running.browser);
    await setUp(context, running.setupLink);
    const api = `${running.url}/api/v1`;
    const { csrf } = await answerOf<{ csrf: string }>(context.request.get(`${api}/me`));
    const made = { headers: { 'x-csrf-token': csrf }, data: { name: 'Demo Customer', country: 'AT' } };
    const account = (await answerOf<{ id: string }>(context.request.post(`${api}/accounts`, made))).id;
    const seeded: Seeded = await seed(running.database, account);
    const storageState = await context.storageState();
    await context.close();
    const visit = async (path: string, { all, ...look }: Visit = {}): Promise<Watched & AsyncDisposable> => {
      const own = await newContext(running.browser, { ...look, storageState });
      if (!all) await own.addInitScript(`sessionStorage.setItem('demarc.account', ${JSON.stringify(account)})`);
      const watched = await watchedPage(own, running.url);
      await watched.page.goto(`${running.url}${path}`);
      return { ...watched, [Symbol.asyncDispose]: () => own.close() };
    };
    return { ...running, account, seeded, visit };
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}
