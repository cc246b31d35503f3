/** A console with an account and what gateways would have sent, for a test of some of its pages. */
import axeCore from 'axe-core';
import type { Page } from 'playwright-core';
import { newContext, PERSON, startConsole, type Watched, watchedPage } from './console.ts';
import { type Seeded, seed } from './seed.ts';

/** Where somebody wants to look at the pages; nothing is written otherwise. */
const SHOTS = process.env['DEMARC_SCREENSHOTS'];

/** What axe finds, a line for each element (WCAG 2.2 A and AA and axe's best practices). */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(axeCore.source);
  const { violations } = await page.evaluate<{
    violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
  }>('axe.run()');
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
  );
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Keeps a picture of the page where DEMARC_SCREENSHOTS names a folder. */
export async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
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

/**
 * Starts a console, sets it up, makes an account and fills it. `visit` opens a page; `faultsOfSetUp` are those of the
 * set-up itself.
 */
export async function startSeededConsole() {
  const running = await startConsole();
  try {
    const context = await newContext(running.browser);
    const { page, faults: faultsOfSetUp } = await watchedPage(context, running.url);
    await page.goto(running.setupLink);
    await page.getByLabel('Company (partner account)').fill('Alpine Partner');
    await page.getByLabel('Your name').fill(PERSON.name);
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.locator('input[name=password]').fill(PERSON.password);
    faultsOfSetUp.push(...(await axe(page)));
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    const made = { name: 'Demo Customer', country: 'AT' };
    const account = (await call<{ id: string }>(page, 'POST', '/accounts', made)).id;
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
    return { ...running, account, seeded, visit, faultsOfSetUp };
  } catch (error) {
    await running[Symbol.asyncDispose]();
    throw error;
  }
}
