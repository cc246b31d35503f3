import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WizardSite } from '#contract/wizard/state.ts';
import { LocalBrowser } from '#test/support/local-browser.ts';
import type { DaemonProcess } from '#test/support/stack.ts';

const SITE: WizardSite = {
  name: 'Demo site',
  address: 'Herrengasse 1',
  city: 'Vienna',
  country: 'AT',
  province: 'Vienna',
  postalCode: '1010',
  timeZone: 'Europe/Vienna',
};

/** Ends the installation as an installer would in a browser; gives the password of the gateway's own pages. */
export async function completeSetup(daemon: Pick<DaemonProcess, 'url' | 'state'>): Promise<string> {
  const browser = new LocalBrowser(daemon.url);
  const secret = await readFile(join(daemon.state, 'setup-secret'), 'utf8');
  await browser.json('POST', '/api/session', { secret: secret.trim() });
  const revision = async () => (await browser.wizard()).revision;
  await browser.json('PUT', '/api/wizard/site', { revision: await revision(), site: SITE });
  const password = randomBytes(9).toString('base64url');
  await browser.json('PUT', '/api/session/password', { password });
  for (const { id } of (await browser.wizard()).steps) {
    await browser.json('POST', `/api/wizard/steps/${id}`, { revision: await revision() });
  }
  await browser.json('POST', '/api/wizard/complete', { revision: await revision() });
  return password;
}
