/** The pages of alerts in a real browser: what is open and what to do, the rules, contacts and webhooks. */
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { Store } from '#connector/store/store.ts';
import { hasChromium, PERSON } from './support/console.ts';
import { axe, faultsInEachLook, shot, startSeededConsole } from './support/seeded.ts';

const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();

/** Alerts in their states, a contact that fails and a webhook that works. */
async function seedAlerts(database: string, account_id: string, gateway_id: string): Promise<void> {
  const store = await Store.open({ path: database, clock: systemClock });
  const alert = (rule: string, severity: string, details: object, more: object = {}) => ({
    id: ulid(),
    account_id,
    gateway_id,
    rule,
    subject: '',
    subject_name: null,
    severity,
    details: JSON.stringify(details),
    opened_at: at(95),
    resolved_at: null,
    told_at: at(93),
    // What is seeded is not told by this connector, and its own look at the gateway must not close it.
    finished: 1,
    acknowledged_at: null,
    acknowledged_by: null,
    muted_until: null,
    ...more,
  });
  const { partner_id } = await store.db
    .selectFrom('account')
    .select('partner_id')
    .where('id', '=', account_id)
    .executeTakeFirstOrThrow();
  const target = {
    partner_id,
    account_id,
    language: 'de',
    secret: null,
    enabled: 1,
    revision: 1,
    created_at: at(9000),
    last_delivered_at: at(93),
    failing_since: null,
    failure: null,
    dropped: 0,
  };
  try {
    // As the alert has it: the connector looks every minute, and would close what is not so.
    const ends = { certificate_expires_at: at(-14_000) };
    await store.db.updateTable('gateway').set(ends).where('id', '=', gateway_id).execute();
    await store.db
      .insertInto('alert')
      .values([
        alert('gateway-offline', 'error', { since: at(185) }),
        alert('certificate-expiring', 'error', { until: at(-14_000) }),
        alert(
          'sync-missed',
          'warning',
          { minutes: 60 },
          { subject: 'x', subject_name: 'Head office', resolved_at: at(30) },
        ),
      ])
      .execute();
    await store.db
      .insertInto('alert_target')
      .values([
        {
          ...target,
          id: ulid(),
          kind: 'mail',
          name: 'Zoë Support',
          name_lc: 'zoë support',
          address: 'a.very.long.address.of.the.support@department.example.org',
          failing_since: at(40),
          failure: JSON.stringify({
            code: 'alert.mail-refused',
            message: 'The mail server refused the mail for good (550 5.1.1 No such mailbox here)',
            nextStep: 'Check the address of this contact.',
          }),
          dropped: 3,
        },
        {
          ...target,
          id: ulid(),
          kind: 'webhook',
          name: 'Tickets',
          name_lc: 'tickets',
          address: 'https://tickets.example.org/hooks/demarc/0123456789abcdef0123456789abcdef',
          secret: 'whsec_x',
        },
      ])
      .execute();
  } finally {
    await store.close();
  }
}

describe.skipIf(!hasChromium)('alerts in a browser', () => {
  let running: Awaited<ReturnType<typeof startSeededConsole>>;

  beforeAll(async () => {
    running = await startSeededConsole();
    await seedAlerts(running.database, running.account, running.seeded.gateways.offline);
  });
  afterAll(() => running?.[Symbol.asyncDispose]());

  async function visit(path: string) {
    const watched = await running.visit(path, { all: true });
    await watched.page.getByRole('heading', { level: 1 }).waitFor();
    return watched;
  }

  const pages = [
    ['Alerts', '/alerts', 'Gateway Graz is offline'],
    ['Alert settings', '/settings/alerts', 'Check the address of this contact.'],
  ] as const;
  test.each(pages)('%s: no fault, in light, dark and on a telephone', async (_name, path, shows) => {
    await using visited = await visit(path);
    await visited.page.getByText(shows).first().waitFor();
    expect(await faultsInEachLook(visited, path.replaceAll('/', '-'))).toEqual([]);
  });

  test('the page that everybody begins with names what is open, each matter once', async () => {
    await using visited = await visit('/');
    const { page } = visited;
    await page.getByText('The certificate of gateway Graz').waitFor();
    await page.getByRole('link', { name: /^All alerts \(\d open\)$/ }).waitFor();
    expect(await page.getByText('Gateway Graz is offline').count()).toBe(0);
    expect(await axe(page)).toEqual([]);
    expect(visited.faults).toEqual([]);
  });

  test('an alert is acknowledged and muted where it is shown', async () => {
    await using visited = await visit('/alerts');
    const { page } = visited;
    await page.getByRole('button', { name: 'Acknowledge: Gateway Graz is offline' }).click();
    await page.getByText(`Acknowledged by ${PERSON.name}`).waitFor();
    await page.getByRole('button', { name: 'Mute for a day: Gateway Graz is offline' }).click();
    await page.getByText('Muted until').waitFor();
    await page.getByRole('button', { name: 'Unmute: Gateway Graz is offline' }).click();
    await page.getByRole('button', { name: 'Mute for a day: Gateway Graz is offline' }).waitFor();
    expect(visited.faults).toEqual([]);
  });

  test('a webhook shows its secret once, a contact its test; without a mail server that is said plainly', async () => {
    await using visited = await visit('/settings/alerts');
    const { page } = visited;
    await page.getByText('E-mail is not set up').waitFor();
    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByLabel('Name').fill('Chat');
    await page.getByLabel('Address (https)').fill('https://10.0.0.1/hook');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('alert').getByText('The webhook leads into a private network').waitFor();
    await page.getByLabel('Address (https)').fill('https://chat.example.org/hook');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText(/^whsec_[\w-]{43}$/).waitFor();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.getByText('https://chat.example.org/hook').waitFor();
    expect(await page.getByText(/whsec_/).count()).toBe(0);
    await page.getByRole('button', { name: 'Send test to Zoë Support' }).click();
    await page.getByText('The test was not delivered').waitFor();
    // Chromium itself logs the refusal of the private address.
    expect(visited.faults.filter((fault) => !fault.includes('status of 400'))).toEqual([]);
  });

  test('rules are those of the account in view; a change is kept', async () => {
    await using visited = await visit('/settings/alerts');
    const { page } = visited;
    await page.getByLabel('Offline for longer than (minutes)').fill('30');
    await page.getByLabel('Command failed').check();
    await page.getByRole('button', { name: 'Save rules' }).click();
    await page.getByText('The rules are saved.').waitFor();
    expect(await axe(page)).toEqual([]);
    await shot(page, 'rules');
    await page.reload();
    expect(await page.getByLabel('Offline for longer than (minutes)').inputValue()).toBe('30');
    expect(visited.faults).toEqual([]);
  });
});
