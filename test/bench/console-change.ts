import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { ProvisioningToken } from '#contract/api.ts';
import { buildPages, launchBrowser, newContext } from '#test/browser/support/console.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { ConnectorProcess, firstAccount } from '#test/support/stack.ts';
import { p95, spread } from './console-lists.ts';
import { FleetPart } from './fleet.ts';
import { type Findings, rounded } from './report.ts';

const GATEWAYS = 1000;
const PROCESSES = 3;
const CHANGES = 40;
const PERSON = { email: 'bench@example.org', password: 'a long enough passphrase' };
const CONNECT_LIMIT_MS = 300_000;

/**
 * From the moment in which something happens on a site until it stands on a screen, with 1,000 gateways connected: an event
 * leaves a gateway's outbox, is committed, and appears in the event history in Chromium.
 */
export async function changes(say: (text: string) => void): Promise<Findings> {
  await using stack = new AsyncDisposableStack();
  await buildPages('console');
  const folder = stack.use(await temporaryFolder('console-change')).path;
  const connector = stack.use(new ConnectorProcess({ data: join(folder, 'connector'), port: await freePort() }));
  await connector.start();
  const { api, account } = await firstAccount(connector, PERSON);
  const { token } = await api.post<ProvisioningToken>('/api/v1/provisioning-tokens', {
    account: account.id,
    siteName: 'Fleet',
    maxUses: GATEWAYS,
  });
  if (token === undefined) throw new Error('the answer to its creation has no token');
  const ca = await readFile(connector.caFile, 'utf8');
  const enrol = (part: FleetPart, from: number, count: number) =>
    part.enrol({ what: 'enrol', from, count, token, url: connector.url, caFile: connector.caFile, ca });
  const fleet = Array.from({ length: PROCESSES }, () => stack.use(new FleetPart()));
  const watched = stack.use(new FleetPart());
  const each = Math.ceil((GATEWAYS - 1) / PROCESSES);
  await Promise.all([
    ...fleet.map((part, at) => enrol(part, at * each, Math.min(each, GATEWAYS - 1 - at * each))),
    enrol(watched, GATEWAYS - 1, 1),
  ]);
  const parts = [...fleet, watched];
  const online = () => parts.reduce((sum, part) => sum + part.online, 0);
  await until(`${GATEWAYS} are connected`, CONNECT_LIMIT_MS, () => online() === GATEWAYS, 50);
  say(`${GATEWAYS} gateways are connected`);

  const browser = await launchBrowser();
  stack.defer(() => browser.close());
  const context = await newContext(browser);
  await context.addInitScript(`sessionStorage.setItem('demarc.account', ${JSON.stringify(account.id)})`);
  const page = await context.newPage();
  await signIn(page, connector.url);
  const times: number[] = [];
  for (let n = 1; n <= CHANGES; n += 1) {
    const shown = seen(page, n);
    const began = Date.now();
    watched.send(1);
    times.push((await shown) - began);
    // Not in step with anything that looks at intervals.
    await sleep(100 + ((n * 37) % 400));
  }
  return {
    bars: [{ name: 'from a change on site to the screen, p95, s', value: rounded(p95(times) / 1000), limit: 2 }],
    figures: { gateways: GATEWAYS, changeMs: spread(times) },
  };
}

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('E-mail address').fill(PERSON.email);
  await page.locator('input[name=password]').fill(PERSON.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
  await page.goto(`${url}/events?filter=${encodeURIComponent('name:eq:bench.counted')}`);
  await page.getByRole('heading', { level: 1, name: 'Event history' }).waitFor();
}

/** When the page shows so many events, by its own clock, which is this machine's; rows that stand grey do not count. */
const seen = (page: Page, n: number): Promise<number> =>
  page
    .waitForFunction(
      (rows) =>
        document.querySelectorAll('tbody tr:has(td[data-label]:not([data-label=""]))').length >= rows && Date.now(),
      n,
      { polling: 'raf', timeout: 60_000 },
    )
    .then((handle) => handle.jsonValue())
    .then(Number);
