/** What the pages of a gateway that is set up show beside what the command line has: about, debug view, marks of change. */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type AboutAnswer, type DebugAnswer, LicencesAnswer, type LiveAnswer } from '#contract/wizard/gateway.ts';
import { Reply, type Route, route } from '../api/route.ts';

interface DaemonRouteParts {
  about: () => AboutAnswer;
  debug: () => Promise<DebugAnswer>;
  startedAt: string;
  /** What is shown of each thing; only its mark is sent. */
  shown: () => Promise<Record<keyof LiveAnswer['marks'], unknown>>;
  /** Collects the inventory and sends it. */
  report: () => Promise<void>;
}

const markOf = (value: unknown): string => hash('sha256', JSON.stringify(value ?? null), 'base64url').slice(0, 12);

/** DMN-5 to DMN-9, and the marks by which a page sees that something has changed. */
export function daemonRoutes({ about, debug, startedAt, shown, report }: DaemonRouteParts): Route[] {
  return [
    route({ method: 'GET', path: '/api/about', handle: async () => about() }),
    route({ method: 'GET', path: '/api/about/licences', handle: () => licences() }),
    route({ method: 'GET', path: '/api/debug', handle: () => debug() }),
    route({
      method: 'POST',
      path: '/api/inventory/report',
      handle: async () => {
        await report();
        return about();
      },
    }),
    route({
      method: 'GET',
      path: '/api/live',
      handle: async ({ request }) => {
        const now = await shown();
        const marks: LiveAnswer['marks'] = {
          wizard: markOf(now.wizard),
          enrolment: markOf(now.enrolment),
          cloud: markOf(now.cloud),
          discovery: markOf(now.discovery),
          pbxs: markOf(now.pbxs),
          update: markOf(now.update),
          tunnels: markOf(now.tunnels),
          checks: markOf(now.checks),
          inventory: markOf(now.inventory),
        };
        const answer: LiveAnswer = { startedAt, marks };
        const etag = `"${markOf(answer)}"`;
        const isSame = request.headers['if-none-match'] === etag;
        return new Reply(isSame ? 304 : 200, isSame ? undefined : answer, { headers: { etag } });
      },
    }),
  ];
}

/** Beside the built daemon; the sources have none. */
async function licences(): Promise<LicencesAnswer> {
  if (import.meta.url.endsWith('.ts')) return { packages: [] };
  const path = fileURLToPath(new URL('./licences.json', import.meta.url));
  return LicencesAnswer.parse(JSON.parse(await readFile(path, 'utf8')));
}
