import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { EnrolmentAnswer } from '#contract/wizard/gateway.ts';
import type { LocalApi } from './client.ts';
import { type Output, plain } from './output.ts';

export interface LinkOptions {
  cloud?: string;
  ca?: string;
  token?: string;
}

const POLL_MS = 1000;
/** A claim code lives for 15 minutes; a little more, so that its end is told by the cloud. */
const LIMIT_MS = 16 * 60_000;

/** `demarc link`: sets the cloud, shows the claim code and waits until the gateway is enrolled; 1 when that fails. */
export async function link(api: LocalApi, out: Output, options: LinkOptions): Promise<number> {
  const ca = options.ca === undefined ? undefined : await readCa(options.ca);
  const cloud = options.cloud === undefined ? undefined : { url: options.cloud, ...(ca === undefined ? {} : { ca }) };
  const body = {
    ...(cloud ? { cloud } : {}),
    ...(options.token === undefined ? {} : { provisioningToken: options.token }),
  };
  let answer = await api.call(EnrolmentAnswer, { method: 'POST', path: '/api/enrolment', body, limitMs: 60_000 });
  const progress = await showProgress(out);
  const end = performance.now() + LIMIT_MS;
  let shown: string | undefined;
  for (;;) {
    if (answer.code !== undefined && answer.code !== shown) {
      shown = answer.code;
      progress.code(offerText(answer.code, answer));
    }
    if (answer.state === 'claimed') {
      progress.done(`Enrolled${answer.accountName ? ` in ${plain(answer.accountName)}` : ''}.`);
      break;
    }
    if (answer.error !== undefined && (answer.state === 'unclaimed' || answer.state === 'refused')) {
      progress.failed(`${plain(answer.error.message)}. ${plain(answer.error.nextStep)}`);
      break;
    }
    if (answer.error !== undefined) progress.trouble(`${plain(answer.error.message)}. ${plain(answer.error.nextStep)}`);
    if (performance.now() > end) {
      progress.failed('Nobody has claimed this gateway in time. Run demarc link again for a new code.');
      break;
    }
    await sleep(POLL_MS);
    answer = await api.call(EnrolmentAnswer, { path: '/api/enrolment' });
  }
  if (out.json) out.write(`${JSON.stringify(answer)}\n`);
  return answer.state === 'claimed' ? 0 : 1;
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new DemarcError('config.unreadable', path, { cause: error });
  }
}

/** What the installer reads out, and what the admin compares before confirming. */
function offerText(code: string, { link, fingerprint }: EnrolmentAnswer): string {
  const lines = [`Claim code ${plain(`${code.slice(0, 4)}-${code.slice(4)}`)}, to be confirmed at`, plain(link ?? '')];
  if (fingerprint === undefined) return lines.join('\n');
  // All in one would be too wide for a terminal.
  const groups = plain(fingerprint).split(' ');
  const half = groups.length / 2;
  const rows = [groups.slice(0, half), groups.slice(half)].map((row) => `  ${row.join(' ')}`);
  return [...lines, 'The console must show this fingerprint of the gateway’s key:', ...rows].join('\n');
}

interface Progress {
  code(text: string): void;
  trouble(text: string): void;
  done(text: string): void;
  failed(text: string): void;
}

/** A spinner for a person, plain lines for a script, the error stream where the output is JSON. */
async function showProgress(out: Output): Promise<Progress> {
  if (out.interactive && !out.json) {
    const { log, spinner } = await import('@clack/prompts');
    const wheel = spinner();
    wheel.start('Asking the cloud for a claim code');
    return {
      code: (text) => {
        log.info(text);
        wheel.message('Waiting for an admin to confirm in the console');
      },
      trouble: (text) => wheel.message(text),
      done: (text) => wheel.stop(text),
      failed: (text) => wheel.error(text),
    };
  }
  const say = (text: string) => (out.json ? out.writeError(`${text}\n`) : out.write(`${text}\n`));
  let last = '';
  const once = (text: string) => {
    if (text !== last) say(text);
    last = text;
  };
  return {
    code: once,
    trouble: once,
    done: once,
    failed: (text) => out.writeError(`${text}\n`),
  };
}
