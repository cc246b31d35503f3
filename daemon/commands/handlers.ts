/** What the cloud may ask this gateway to do. */
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CheckResult, InventorySection } from '#contract/sections.ts';
import type { ProbeReport } from '#pbx-adapters/adapter.ts';
import type { PbxRegistry } from '../pbxs/pbx-registry.ts';
import type { SyncEngine } from '../sync/engine.ts';
import type { CommandHandlers } from './handler.ts';

interface HandlerParts {
  engine: Pick<SyncEngine, 'run' | 'status'>;
  registry: Pick<PbxRegistry, 'probe' | 'identify' | 'remove'>;
  /** Runs the self-test and keeps its results. */
  selfTest: (signal: AbortSignal, onResult: (done: number, total: number) => void) => Promise<CheckResult[]>;
  /** Collects the inventory anew and sends it. */
  inventory: (signal: AbortSignal) => Promise<InventorySection>;
}

const PROGRESS_MS = 500;

/** What is on disk before a PBX is removed. */
const RemovalStep = z.object({ name: z.string() });
type RemovalStep = z.infer<typeof RemovalStep>;

/** The handlers of the daemon's own parts; others are spread beside them where the runner is made. */
export function commandHandlers(parts: HandlerParts) {
  const { engine, registry, selfTest, inventory } = parts;
  return {
    'pbx.sync': async ({ pbx, full, decision }, { signal, progress }) => {
      const timer = setInterval(() => {
        const { running } = engine.status(pbx);
        if (running) progress(`${running.phase}, ${running.read} read`);
      }, PROGRESS_MS);
      try {
        const trigger = decision ? 'decision' : 'sync-now';
        const { run, outcome, counts, reason } = await engine.run(pbx, { trigger, full, decision }, signal);
        return { run, outcome, counts, ...(reason ? { reason } : {}) };
      } finally {
        clearInterval(timer);
      }
    },
    'pbx.test': async ({ pbx }, { signal }) => {
      const report = await registry.probe(pbx, signal);
      const { version, users } = report;
      return {
        checks: probeChecks(report),
        ...(version === undefined ? {} : { version }),
        ...(users === undefined ? {} : { users }),
      };
    },
    'pbx.remove': {
      run: async ({ pbx }, { checkpoint }) => {
        const known = registry.identify(pbx);
        if (known === undefined) throw new DemarcError('sync.unknown-pbx', pbx);
        const step: RemovalStep = { name: known.name };
        await checkpoint(step, { noReturn: true });
        await registry.remove(pbx);
        return step;
      },
      resume: async ({ pbx }, step) => {
        if (registry.identify(pbx) !== undefined) await registry.remove(pbx);
        return RemovalStep.parse(step);
      },
    },
    'inventory.report': async (_args, { signal }) => {
      const { platforms, applications } = await inventory(signal);
      return { platforms: platforms.length, applications: applications.length };
    },
    'gateway.self-test': async (_args, { signal, progress }) => ({
      checks: await selfTest(signal, (done, total) => progress(`${done} of ${total} checks`, (done / total) * 100)),
    }),
  } satisfies CommandHandlers;
}

/** A probe's steps as checks; an error that belongs to no step becomes one of its own. */
export function probeChecks(report: ProbeReport): CheckResult[] {
  const checks: CheckResult[] = report.steps.map((step) => ({ ...step, durationMs: Math.round(step.durationMs) }));
  if (report.error && !checks.some((check) => check.status === 'error')) {
    const { code, message, nextStep } = report.error;
    checks.push({ id: 'link', title: 'Link', status: 'error', code, detail: message, nextStep, durationMs: 0 });
  }
  return checks;
}
