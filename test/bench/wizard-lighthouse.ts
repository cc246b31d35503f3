import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STEPS } from '#contract/wizard/state.ts';
import { newContext } from '#test/browser/support/console.ts';
import { startWizardSite } from '#test/browser/support/wizard.ts';
import { startJudge } from './lighthouse-judge.ts';
import type { Findings } from './report.ts';

const PAGES = join(import.meta.dirname, '../../web/wizard/shell/pages.tsx');

/** Judges every page of a gateway that has a PBX by Lighthouse, the door first. */
export async function wizardLighthouse(say: (text: string) => void): Promise<Findings> {
  await using wizard = await startWizardSite({ users: 20 });
  const { site } = wizard;
  const { url } = site.daemon;
  await site.enrol();
  await site.addDirectory();
  await site.daemon.call('POST', `/api/pbxs/${site.pbxs.directory}/test`);
  await using judge = await startJudge('the gateway', say);
  await judge.judge('the way in', url);
  const context = await newContext(wizard.browser);
  await judge.browser.addCookies((await wizard.signedIn(context)).cookies);
  const pages = [...(await readFile(PAGES, 'utf8')).matchAll(/path: '([^']+)'/g)].map(([, path]) => path ?? '/');
  const steps = STEPS.standalone.map((step) => `/setup/${step}`);
  for (const path of [...steps, ...pages, '/licences']) await judge.judge(path, url + path);
  await judge.judge('/setup/pbx/:pbx', `${url}/setup/pbx/${site.pbxs.directory}`);
  return judge.findings();
}
