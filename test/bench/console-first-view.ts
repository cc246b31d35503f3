import type { CDPSession } from 'playwright-core';
import { startSeededConsole } from '#test/browser/support/seeded.ts';
import { type Findings, median, rounded } from './report.ts';

const ROUNDS = 7;
/** A LAN as an office has it, in the browser's own words: bytes a second and milliseconds. */
const LAN = { offline: false, downloadThroughput: 12_500_000, uploadThroughput: 12_500_000, latency: 2 };
const VIEWS = [
  ['home', '/', 'Needs you first'],
  ['users', '/users', 'of 160 shown'],
  ['sign-in', '/sign-in', 'Sign in'],
] as const;

/** From the click to the first view with its rows, by a browser that has nothing of the console yet (CON, speed). */
export async function firstView(say: (text: string) => void): Promise<Findings> {
  await using running = await startSeededConsole();
  const bars: Findings['bars'] = [];
  const figures: Record<string, unknown> = {};
  for (const [name, path, shows] of VIEWS) {
    const times: number[] = [];
    // What the page's own thread worked: on a busy machine most of the time that passes is waiting.
    const worked: number[] = [];
    let kilobytes = 0;
    let requests = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      // Each visit is a profile of its own: empty cache, no connection.
      await using visited = await running.visit('/icon.svg');
      const { page } = visited;
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Network.enable');
      await devtools.send('Network.emulateNetworkConditions', LAN);
      await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
      const before = await taskMs(devtools);
      kilobytes = 0;
      requests = 0;
      devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
        kilobytes += encodedDataLength / 1000;
        requests += 1;
      });
      const began = performance.now();
      await page.goto(running.url + path, { waitUntil: 'commit' });
      await page.getByText(shows).first().waitFor();
      times.push(performance.now() - began);
      worked.push((await taskMs(devtools)) - before);
    }
    const middle = rounded(median(times), 0);
    const work = rounded(median(worked), 0);
    say(`${name}: ${middle} ms, ${work} of them work, ${rounded(kilobytes, 0)} kB in ${requests} answers`);
    bars.push({ name: `first view of ${name}, cold / ms`, value: middle, limit: 1000 });
    figures[name] = {
      ms: times.map((time) => rounded(time, 0)),
      workMs: work,
      kilobytes: rounded(kilobytes, 0),
      requests,
    };
  }
  return { bars, figures };
}

/** Processor time of the page's main thread so far, ms. */
async function taskMs(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}
