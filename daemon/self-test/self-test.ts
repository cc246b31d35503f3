import { toDemarcError } from '#contract/errors/demarc-error.ts';
import type { CheckResult } from '#contract/sections.ts';
import { type Check, type CheckContext, type Finding, problem } from './check.ts';
import { cloudClock } from './checks/cloud-clock.ts';
import { cloudDns } from './checks/cloud-dns.ts';
import { cloudProxy } from './checks/cloud-proxy.ts';
import { cloudTcp } from './checks/cloud-tcp.ts';
import { cloudTls } from './checks/cloud-tls.ts';
import { cloudWebSocket } from './checks/cloud-websocket.ts';
import { diskSpace } from './checks/disk-space.ts';
import { identityCertificate } from './checks/identity-certificate.ts';
import { outboxBacklog } from './checks/outbox-backlog.ts';
import { pbxProbe } from './checks/pbx-probe.ts';
import { storeWritable } from './checks/store-writable.ts';

/** Every check that does not depend on which PBXs there are, in the order in which people read them. */
const CHECKS: readonly Check[] = [
  cloudDns,
  cloudProxy,
  cloudTcp,
  cloudTls,
  cloudClock,
  cloudWebSocket,
  identityCertificate,
  diskSpace,
  storeWritable,
  outboxBacklog,
];

/** The whole self-test ends within this time, whatever hangs. */
const OVERALL_LIMIT_MS = 45_000;

/** Options for one run; `checks` for tests. */
export interface SelfTestOptions {
  signal: AbortSignal;
  checks?: readonly Check[];
  overallLimitMs?: number;
  /** Called as each check ends, in the order of ending. */
  onResult?: (result: CheckResult, done: number, total: number) => void;
}

/**
 * Runs every check side by side; none can hold up or spoil another. Results come in the order of the list.
 * @throws the signal's reason when the caller gives up
 */
export async function selfTest(context: CheckContext, options: SelfTestOptions): Promise<CheckResult[]> {
  const checks = [...(options.checks ?? CHECKS), ...context.pbxs.map(pbxProbe)];
  const overall = AbortSignal.any([options.signal, AbortSignal.timeout(options.overallLimitMs ?? OVERALL_LIMIT_MS)]);
  let done = 0;
  const results = await Promise.all(
    checks.map(async (check) => {
      const result = await runCheck(check, context, overall);
      done += 1;
      options.onResult?.(result, done, checks.length);
      return result;
    }),
  );
  options.signal.throwIfAborted();
  return results;
}

/** One check under its own limit: also one that ignores its signal, or throws, ends with a result. */
async function runCheck(check: Check, context: CheckContext, overall: AbortSignal): Promise<CheckResult> {
  const started = performance.now();
  const signal = AbortSignal.any([overall, AbortSignal.timeout(check.limitMs)]);
  const timeUp = new Promise<Finding>((resolve) => {
    const give = () => resolve(problem('error', 'check.timeout', check.title, check.effect));
    if (signal.aborted) give();
    // The turn of the event loop lets a check that heeds its signal say more about what hung.
    else signal.addEventListener('abort', () => setTimeout(give, 50), { once: true });
  });
  const finding = await Promise.race([attempt(check, context, signal), timeUp]);
  return {
    id: check.id,
    title: check.title.slice(0, 128),
    ...finding,
    detail: finding.detail.slice(0, 2000),
    durationMs: Math.round(performance.now() - started),
  };
}

async function attempt(check: Check, context: CheckContext, signal: AbortSignal): Promise<Finding> {
  try {
    return await check.run(context, signal);
  } catch (thrown) {
    const error = toDemarcError(thrown);
    const code = signal.aborted && error.code === 'internal' ? 'check.timeout' : error.code;
    const met = code === error.code ? (error.detail ?? check.title) : check.title;
    return problem('error', code, met, check.effect);
  }
}
