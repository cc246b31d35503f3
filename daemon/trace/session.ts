/** One trace from its beginning to its archive. Loaded when the first trace is asked for. */
import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { makeFolder } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import type { TraceRequest } from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { Recording } from '#sip-trunks/trace/recording.ts';
import { type TraceFile, traceResult } from '#sip-trunks/trace/result.ts';
import type { SipTaps } from '#sip-trunks/trace/tap.ts';
import { type CaptureEnd, type CapturePlace, capturePackets } from './capture.ts';

interface TraceOptions {
  request: TraceRequest;
  taps: SipTaps;
  /** Where the SIP of a trunk goes, for each end; of one trunk, or of all. */
  places: (trunk: string | undefined) => Promise<(CapturePlace & { trunk: string })[]>;
  /** When it ends at the latest, in milliseconds since 1970. */
  endsAt: number;
  clock: Clock;
  signal: AbortSignal;
  progress: (text: string, percent: number) => void;
  /** What is known to be missing before it begins. */
  missing: readonly string[];
  capture?: typeof capturePackets;
}

/** A trace as it lies in its folder. */
export type FinishedTrace = {
  bytes: number;
  sha256: string;
  fileName: string;
  messages: number;
  calls: number;
  packets: boolean;
  missing: string[];
};

const LOOK_EVERY_MS = 500;

/** Records until its time is over or enough calls have ended. @throws the signal's reason; DemarcError `bundle.unwritable`, `bundle.no-room` */
export async function traceCalls(options: TraceOptions, file: string): Promise<FinishedTrace> {
  const { request, taps, clock, signal, endsAt } = options;
  const recording = new Recording();
  const places = await options.places(request.trunk);
  const trunkOf = new Map(places.map(({ address, port, trunk }) => [`${address} ${port}`, trunk]));
  const owner = (one: CapturePlace) => trunkOf.get(`${one.address} ${one.port}`);
  const silence = taps.listen(({ at, direction, transport, local, remote, bytes, trunk }) => {
    const [from, to] = direction === 'sent' ? [local, remote] : [remote, local];
    recording.add({ at, transport, from, to, bytes: Buffer.from(bytes), trunk: trunk ?? owner(remote) });
  });
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const seconds = Math.max(1, Math.ceil((endsAt - clock.now()) / 1000));
  const capture = (options.capture ?? capturePackets)({
    places,
    seconds,
    signal: either,
    onMessage: ({ at, transport, from, to, bytes }) =>
      recording.add({ at, transport, from, to, bytes: Buffer.from(bytes), trunk: owner(to) ?? owner(from) }),
  });
  let packets: CaptureEnd = { worked: false };
  try {
    await untilOver(options, recording);
  } finally {
    silence();
    over.abort();
    packets = await capture;
  }
  signal.throwIfAborted();
  const missing = [...options.missing, ...missingOf(recording, packets)];
  const result = traceResult(recording.dialogs(request), missing, randomBytes(32));
  const { messages, calls } = result;
  const archive = await archiveOf(result.files, clock.now());
  await writeWhole(file, archive);
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const fileName = `demarc-trace-${new Date(clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, '')}.tar.gz`;
  return { bytes: archive.length, sha256, fileName, messages, calls, packets: packets.worked, missing };
}

function untilOver({ request, endsAt, clock, signal, progress }: TraceOptions, recording: Recording): Promise<void> {
  const begun = clock.now();
  return new Promise((resolve) => {
    const done = () => {
      clearInterval(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setInterval(() => {
      const now = clock.now();
      if (now >= endsAt || recording.callsEnded >= (request.calls ?? Infinity)) return done();
      const left = Math.ceil((endsAt - now) / 60_000);
      const share = ((now - begun) / Math.max(1, endsAt - begun)) * 90;
      progress(`${recording.messages} messages so far, at most ${left} min left`, share);
    }, LOOK_EVERY_MS);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}

function missingOf({ dropped, unreadable }: Recording, { problem, worked }: CaptureEnd): string[] {
  return [
    ...(problem === undefined ? [] : [problem]),
    ...(worked
      ? ['Packets inside TLS between the PBX and the far end cannot be read; our own messages are here.']
      : []),
    ...(dropped === 0 ? [] : [`${dropped} messages came after the trace was full and are not in it.`]),
    ...(unreadable === 0 ? [] : [`${unreadable} packets were no SIP messages and were left out.`]),
  ];
}

async function archiveOf(files: readonly TraceFile[], now: number): Promise<Buffer> {
  const archive = pack();
  for (const { name, bytes } of files) archive.entry({ name, mode: 0o600, mtime: new Date(now) }, bytes);
  archive.finalize();
  const parts: Buffer[] = [];
  for await (const part of archive as AsyncIterable<Buffer>) parts.push(part);
  return promisify(gzip)(Buffer.concat(parts));
}

/** On the disk before it has its name. */
async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  const part = `${file}.part`;
  try {
    await makeFolder(join(file, '..'));
    const handle = await open(part, 'w', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    throw new DemarcError(code === 'ENOSPC' ? 'bundle.no-room' : 'bundle.unwritable', code, { cause: error });
  }
}
