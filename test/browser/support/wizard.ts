/** The gateway's own pages in a real browser: the real daemon, the real connector, and the lab's telephone systems. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { type Lab, startLab } from '#test/lab/lab.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { buildPages, launchBrowser, newContext, type Watched, watchedPage } from './console.ts';
import { shot } from './seeded.ts';

/** The daemon's set-up secret, as it stands on its console. */
export const setupSecret = async ({ daemon }: { daemon: Pick<Site['daemon'], 'state'> }): Promise<string> =>
  (await readFile(join(daemon.state, 'setup-secret'), 'utf8')).trim();

/** A picture of the whole page from its top, where DEMARC_SCREENSHOTS names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.evaluate(() => window.scrollTo(0, 0));
  await shot(page, name);
}

interface WizardOptions {
  users: number;
  daemonEnv?: NodeJS.ProcessEnv;
}

/** Starts everything; nothing is set up. `lab` shows all four families to a search. */
export async function startWizardSite({ users, daemonEnv = {} }: WizardOptions) {
  await buildPages('wizard');
  await buildPages('console');
  const stack = new AsyncDisposableStack();
  try {
    const site = stack.use(await startSite({ users: 5, daemonEnv }));
    const lab: Lab = await startLab({ users, folder: join(site.folder, 'lab'), all: true });
    stack.defer(() => lab.stop());
    const browser = await launchBrowser();
    stack.defer(() => browser.close());
    const signedIn = async (context: BrowserContext) => {
      const page = await context.newPage();
      await page.goto(site.daemon.url);
      await page.getByLabel('Set-up secret').fill(await setupSecret(site));
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.getByRole('navigation', { name: 'Pages of this gateway' }).waitFor();
      await page.close();
      return context.storageState();
    };
    /** Opens a page of the gateway in a browser of its own, signed in when a session is handed in. */
    const visit = async (
      path: string,
      options: Parameters<typeof newContext>[1] = {},
    ): Promise<Watched & AsyncDisposable> => {
      const context = await newContext(browser, options);
      const watched = await watchedPage(context, site.daemon.url);
      await watched.page.goto(`${site.daemon.url}${path}`);
      return { ...watched, [Symbol.asyncDispose]: () => context.close() };
    };
    return { site, lab, browser, visit, signedIn, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
export type WizardSite = Awaited<ReturnType<typeof startWizardSite>>;
