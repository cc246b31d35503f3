import lighthouse from 'lighthouse';
import { type BrowserContext, chromium } from 'playwright-core';
import { freePort, temporaryFolder } from '#test/support/program.ts';
import type { Findings } from './report.ts';

/** What is asked of every page, of 1. */
const LIMITS = { accessibility: 1, 'best-practices': 0.95 } as const;
const CATEGORIES = Object.keys(LIMITS) as (keyof typeof LIMITS)[];
const PAINTS = ['first-contentful-paint', 'largest-contentful-paint'] as const;

/** A browser in which Lighthouse judges page after page; what it found stands in `findings`. */
export interface Judge extends AsyncDisposable {
  browser: BrowserContext;
  judge(name: string, url: string): Promise<void>;
  /** `missing`: pages that could not even be asked for, with why. */
  findings(missing?: Record<string, string>): Findings;
}

/** Starts the browser. `of` names whose pages they are. */
export async function startJudge(of: string, say: (text: string) => void): Promise<Judge> {
  const stack = new AsyncDisposableStack();
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
  const lighthouseOf = (url: string) =>
    lighthouse(url, {
      port,
      onlyCategories: [...CATEGORIES, 'performance'],
      disableStorageReset: true,
      disableFullPageScreenshot: true,
      logLevel: 'error',
      formFactor: 'desktop',
      screenEmulation: { disabled: true },
      throttlingMethod: 'provided',
      // Pages follow what happens for ever, so the network is never quiet.
      maxWaitForLoad: 5000,
    });
  return {
    browser,
    async judge(name, url) {
      let result = await lighthouseOf(url);
      // On a busy machine a page may seem to hang.
      for (let more = 2; more > 0 && result?.lhr.runtimeError !== undefined; more -= 1)
        result = await lighthouseOf(url);
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
      // Noted, not judged: it is as much the machine's as the page's. No score: it wants a network that grows quiet.
      const paints = PAINTS.map((id) => `${id} ${audits[id]?.displayValue?.replace(/\s/, ' ') ?? 'unknown'}`);
      figures[name] = [scores.join(', '), ...found, paints.join(', ')].join('; ');
      say(`${name}: ${figures[name]}`);
    },
    findings(missing = {}) {
      const none = unjudged + Object.keys(missing).length;
      const bars = CATEGORIES.map((name) => ({
        name: `points short of 100 in ${name}, worst page of ${of}`,
        value: Math.round((1 - lowest[name]) * 100),
        limit: Math.round((1 - LIMITS[name]) * 100),
      }));
      return {
        bars: [...bars, { name: `pages of ${of} that could not be judged`, value: none, limit: 0 }],
        figures: { ...figures, ...missing },
      };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
