/** Packets from the network for a trace, where this host lets us: bounded in time and size, by a strict filter only. */
import { spawn } from 'node:child_process';
import { isIP } from 'node:net';
import { type CapturedMessage, PcapReader } from '#sip-trunks/trace/pcap-reader.ts';

/** Where SIP of a trunk goes. */
export interface CapturePlace {
  address: string;
  port: number;
}

/** What came of it. `problem` says in words why nothing, or not everything, was seen. */
export interface CaptureEnd {
  /** Whether it captured at all. */
  worked: boolean;
  problem?: string;
}

interface CaptureOptions {
  places: readonly CapturePlace[];
  seconds: number;
  onMessage: (message: CapturedMessage) => void;
  /** Ends it. */
  signal: AbortSignal;
  /** Programs in the order in which they are tried; those of the product when left out. */
  programs?: readonly CaptureProgram[];
}

/** A program and how it is told to write pcap to its output. */
export interface CaptureProgram {
  file: string;
  args: (filter: string, seconds: number) => string[];
}

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_SAID = 2000;
/** SIP that is larger is not captured whole, and media is not wanted. */
const SNAP = '16384';

export const CAPTURE_PROGRAMS: readonly CaptureProgram[] = [
  {
    file: 'tcpdump',
    args: (filter) => ['-i', 'any', '-n', '-p', '-U', '-s', SNAP, '-w', '-', filter],
  },
  {
    file: 'dumpcap',
    args: (filter, seconds) => `-q -P -i any -p -s ${SNAP} -a duration:${seconds} -w - -f`.split(' ').concat(filter),
  },
];

/** A filter that lets through nothing but the places; undefined when there is none. Addresses and ports are checked. */
export function captureFilter(places: readonly CapturePlace[]): string | undefined {
  const terms = places
    .filter(({ address, port }) => isIP(address) !== 0 && !address.includes('%') && Number.isInteger(port))
    .map(({ address, port }) => `(host ${address} and port ${port})`);
  return terms.length === 0 ? undefined : `(udp or tcp) and (${[...new Set(terms)].join(' or ')})`;
}

/** Captures until its time is over or the signal says so; resolves when no program of it runs any more. Never throws. */
export async function capturePackets(options: CaptureOptions): Promise<CaptureEnd> {
  const filter = captureFilter(options.places);
  if (filter === undefined)
    return { worked: false, problem: 'no trunk has an address whose packets could be captured' };
  const problems: string[] = [];
  for (const program of options.programs ?? CAPTURE_PROGRAMS) {
    const end = await run(program, filter, options);
    if (end.worked || options.signal.aborted) return end;
    problems.push(end.problem ?? `${program.file} gave nothing`);
  }
  return { worked: false, problem: `packets could not be captured on this gateway: ${problems.join('; ')}` };
}

function run({ file, args }: CaptureProgram, filter: string, options: CaptureOptions): Promise<CaptureEnd> {
  const { seconds, signal, onMessage } = options;
  if (signal.aborted) return Promise.resolve({ worked: false });
  return new Promise((resolve) => {
    // Should this process die, nobody is left to end it but `timeout`; a group of its own lets both be ended at once.
    const argv = ['--foreground', '--signal=KILL', String(seconds + 5), file, ...args(filter, seconds)];
    const child = spawn('timeout', argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LANG: 'C.UTF-8' },
    });
    const reader = new PcapReader();
    let said = '';
    let bytes = 0;
    let began = false;
    let full = false;
    const end = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // The group has ended by itself.
      }
    };
    const timer = setTimeout(end, seconds * 1000);
    signal.addEventListener('abort', end, { once: true });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MOST_SAID);
    });
    child.stdout.on('data', (piece: Buffer) => {
      began = true;
      bytes += piece.length;
      if (bytes > MOST_BYTES) {
        full = true;
        end();
        return;
      }
      for (const message of reader.push(piece)) onMessage(message);
    });
    const settle = (problem?: string) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      end();
      resolve({ worked: began, ...(problem === undefined ? {} : { problem }) });
    };
    child.once('error', (error) => settle(`${file} cannot be run: ${error.message}`));
    child.once('close', (code) => {
      if (full) return settle(`the capture ended early, at ${MOST_BYTES / 1024 / 1024} MiB of packets`);
      if (began) return settle();
      if (code === 126 || code === 127) return settle(`${file} is not installed or may not be run`);
      return settle(`${file}: ${lastLine(said) || `ended with code ${code ?? 'none'}`}`);
    });
  });
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
