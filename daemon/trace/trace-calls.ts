/** The command `gateway.trace-calls`: records, brings the archive to the cloud, and goes on with either after a kill. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { CommandOutput, TraceRequest } from '#contract/commands.ts';
import type { SipTaps } from '#sip-trunks/trace/tap.ts';
import type { CommandContext, CommandHandlers, ResumableHandler } from '../commands/handler.ts';
import type { BusyBoard } from '../power/busy.ts';
import type { WantedTrunks } from '../trunks/wanted-trunks.ts';
import { type DeliveryParts, deliver, isWhole, sweepLeftovers } from '../upload/deliver.ts';
import type { CapturePlace, capturePackets } from './capture.ts';

interface TraceParts extends DeliveryParts {
  stateFolder: string;
  taps: SipTaps;
  trunks: Pick<WantedTrunks, 'list'>;
  busy: Pick<BusyBoard, 'mark'>;
  capture?: typeof capturePackets;
}

const Output = z.object({
  fileName: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  missing: z.array(z.string()),
  messages: z.int(),
  calls: z.int(),
  packets: z.boolean(),
});
type Output = z.infer<typeof Output> & CommandOutput<'gateway.trace-calls'>;

/** `tracing`: until when. `uploading`: the archive is finished. What was recorded is never on disk before it is redacted. */
const Step = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('tracing'), endsAt: z.number() }),
  z.object({ phase: z.literal('uploading'), output: Output }),
]);
type Step = z.infer<typeof Step>;

/** The handler for the daemon's table of commands. */
export function traceHandlers(parts: TraceParts): CommandHandlers {
  const handler: ResumableHandler<'gateway.trace-calls'> = {
    run: async (request, context) => {
      const endsAt = parts.clock.now() + request.minutes * 60_000;
      await context.checkpoint({ phase: 'tracing', endsAt } satisfies Step);
      return record(parts, request, endsAt, [], context);
    },
    resume: async (request, step, context) => {
      const known = Step.safeParse(step);
      if (known.success && known.data.phase === 'uploading') {
        const { output } = known.data;
        if (await isWhole(fileOf(parts, context.id), output)) return bring(parts, output, context);
      }
      const now = parts.clock.now();
      const lost = `The gateway’s service was restarted at ${new Date(now).toISOString()}: what came before is not in the trace.`;
      const latest = now + request.minutes * 60_000;
      const endsAt = known.success && known.data.phase === 'tracing' ? Math.min(known.data.endsAt, latest) : now;
      return record(parts, request, endsAt, [lost], context);
    },
  };
  return { 'gateway.trace-calls': handler };
}

const folderOf = ({ stateFolder }: TraceParts): string => join(stateFolder, 'traces');
const fileOf = (parts: TraceParts, command: string): string => join(folderOf(parts), `${command}.tar.gz`);

async function record(
  parts: TraceParts,
  request: TraceRequest,
  endsAt: number,
  missing: readonly string[],
  context: CommandContext,
): Promise<Output> {
  const { taps, clock, busy, capture } = parts;
  await sweepLeftovers(folderOf(parts), clock.now());
  const done = busy.mark('a call trace runs');
  let output: Output;
  try {
    const { traceCalls } = await import('./session.ts');
    output = await traceCalls(
      {
        request,
        taps,
        endsAt,
        clock,
        missing,
        places: (trunk) => placesOf(parts, trunk),
        signal: context.signal,
        progress: (text, percent) => context.progress(text, percent),
        ...(capture === undefined ? {} : { capture }),
      },
      fileOf(parts, context.id),
    );
  } finally {
    done();
  }
  await context.checkpoint({ phase: 'uploading', output } satisfies Step);
  return bring(parts, output, context);
}

async function bring(parts: TraceParts, output: Output, context: CommandContext): Promise<Output> {
  await deliver(parts, { file: fileOf(parts, context.id), ...output }, context, 90);
  return output;
}

/** Both ends of each trunk by address; a name that has none now is left out. */
async function placesOf(
  { trunks }: TraceParts,
  only: string | undefined,
): Promise<(CapturePlace & { trunk: string })[]> {
  const ends = trunks
    .list()
    .filter(({ id }) => only === undefined || id === only)
    .flatMap(({ id, settings: { host, port, farEnd } }) => [
      { trunk: id, host, port },
      { trunk: id, host: farEnd.host, port: farEnd.port },
    ]);
  const found = await Promise.all(
    ends.map(async ({ trunk, host, port }) => {
      const bare = host.replace(/^\[(.*)\]$/, '$1');
      if (isIP(bare) !== 0) return [{ trunk, address: bare, port }];
      const addresses = await lookup(bare, { all: true }).catch(() => []);
      return addresses.map(({ address }) => ({ trunk, address, port }));
    }),
  );
  return found.flat();
}
