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

/** Starts a console, sets it up, makes an account and fills it. `visit` opens a page with the account in view. */
export async function startSeededConsole() {
  const running = await startConsole();
  try {
    const context = await newContext(running.browser);
    const { page } = await watchedPage(context, running.url);
    await page.goto(running.setupLink);
    await page.getByLabel('Company (partner account)').fill('Alpine Partner');
    await page.getByLabel('Your name').fill(PERSON.name);
    await page.getByLabel('E-mail address').fill(PERSON.email);
    await page.locator('input[name=password]').fill(PERSON.password);
    await page.getByRole('button', { name: 'Set up and sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    const account = await page.evaluate(async () => {
      const me = (await (await fetch('/api/v1/me')).json()) as { csrf: string };
      const headers = { 'content-type': 'application/json', 'x-csrf-token': me.csrf };
      const body = JSON.stringify({ name: 'Demo Customer', country: 'AT' });
      return ((await (await fetch('/api/v1/accounts', { method: 'POST', headers, body })).json()) as { id: string }).id;
    });
    const seeded: Seeded = await seed(running.database, account);
    const storageState = await context.storageState();
    await context.close();
    const visit = async (
      path: string,
      options: { dark?: boolean; width?: number } = {},
    ): Promise<Watched & AsyncDisposable> => {
      const own = await newContext(running.browser, { ...options, storageState });
      await own.addInitScript(`sessionStorage.setItem('demarc.account', ${JSON.stringify(account)})`);
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
