import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerRequest } from '#sip-trunks/answer/answer.ts';
import { OptionsListener } from '#sip-trunks/answer/listener.ts';
import { probeOptions } from '#sip-trunks/client/options-probe.ts';
import type { Transport } from '#sip-trunks/client/transport.ts';
import { makeCertificates } from '../support/certificates.ts';
import { startKamailio } from '../support/kamailio.ts';
import { freeUdpPort, startProgram, temporaryFolder, until } from '../support/program.ts';
import { runAsDaemon } from './as-daemon.ts';
import { type Findings, median, rounded } from './report.ts';
import type { Watched, WatchTask } from './sip-child.ts';

const ROUNDS = 3;
/** A round of sipp ends with a full second, so a few seconds are needed to tell rates apart. */
const CALLS = 50_000;
const TRUNKS = 2000;
const QUESTIONS = 500;
const EVERY_SECONDS = 30;
const WATCHED_SECONDS = 30;
/** Until each was asked twice, at first within half a minute and then after five seconds. */
const SETTLING_SECONDS = 45;
const CHILD = new URL('./sip-child.ts', import.meta.url);
const NO_LIMITS = { perSource: 1e9, overall: 1e9, mostSources: 4096, mostConnections: 128, idleMs: 120_000 };

/** Answers to OPTIONS a second beside those of Kamailio and sipp, 2,000 watched trunks, and the worst stall of the parser. */
export async function sip({
  rounds = ROUNDS,
  say,
}: {
  rounds?: number;
  say: (text: string) => void;
}): Promise<Findings> {
  await using folder = await temporaryFolder('bench-sip');
  const { certPath: certificate, keyPath: key } = await makeCertificates(folder.path);
  await using kamailio = await startKamailio({ tls: { certificate, key } });
  await using sipp = await answeringSipp(folder.path);
  await using ours = await OptionsListener.open({
    host: '127.0.0.1',
    port: 0,
    tagKey: randomBytes(16),
    limits: NO_LIMITS,
  });
  const rates = { ours: [] as number[], kamailio: [] as number[], sipp: [] as number[] };
  const ports = { ours: ours.port, kamailio: kamailio.port, sipp: sipp.port };
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of ['kamailio', 'sipp', 'ours'] as const)
      rates[name].push(await answerRate(ports[name], folder.path));
    say(
      `round ${round}: ${Object.entries(rates)
        .map(([name, all]) => `${name} ${Math.round(all.at(-1) ?? 0)}/s`)
        .join(', ')}`,
    );
  }
  const watched = await watch(kamailio.port);
  const { corePercent, ends, asked, answered, up } = watched;
  say(
    `${ends} ends at ${EVERY_SECONDS} s: ${corePercent} % of a core, ${answered} of ${asked} answered, ${watched.growthMiB} MiB`,
  );
  const questionCpuMs = {
    udp: await questionCpu('udp', kamailio.port),
    tcp: await questionCpu('tcp', kamailio.port),
    tls: await questionCpu('tls', kamailio.tlsPort),
  };
  say(`processor time of one question, ms: ${JSON.stringify(questionCpuMs)}`);
  const stall = worstStall();
  say(`worst stall: ${stall} ms`);
  return {
    bars: [
      { name: 'rate of Kamailio / ours', value: rounded(median(rates.kamailio) / median(rates.ours)), limit: 4 },
      { name: 'both ends of 2,000 trunks at 30 s, percent of a core', value: corePercent, limit: 10 },
      { name: 'questions to watched ends without an answer', value: asked - answered, limit: 0 },
      { name: 'watched ends that are not up', value: ends - up, limit: 0 },
      { name: 'worst stall over the attack set, ms', value: stall, limit: 20 },
    ],
    figures: {
      rounds,
      perSecond: Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, Math.round(median(all))])),
      watched,
      questionCpuMs,
    },
  };
}

/** sipp asks as fast as it gets answers; the rate is of its own count. */
async function answerRate(port: number, folder: string): Promise<number> {
  const scenario = join(folder, 'ask.xml');
  const lines = [
    'OPTIONS sip:127.0.0.1 SIP/2.0',
    'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport',
    'Max-Forwards: 70',
    'From: <sip:a@127.0.0.1>;tag=[call_number]',
    'To: <sip:127.0.0.1>',
    'Call-ID: [call_id]',
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  writeFileSync(
    scenario,
    `<?xml version="1.0"?>\n<scenario name="ask"><send retrans="500"><![CDATA[\n${lines.join('\n')}\n\n]]></send><recv response="200"/></scenario>\n`,
  );
  const own = await freeUdpPort();
  const began = performance.now();
  const limits = ['-m', String(CALLS), '-r', '100000', '-l', '200'];
  const args = ['-sf', scenario, '-i', '127.0.0.1', '-p', String(own), ...limits, '-nostdin', `127.0.0.1:${port}`];
  const program = startProgram('sipp', args, { cwd: folder, env: { TERM: 'xterm' } });
  const code = await program.exited;
  if (code !== 0) throw new Error(`sipp ended with ${code}: ${program.output().slice(-500)}`);
  return CALLS / ((performance.now() - began) / 1000);
}

async function answeringSipp(folder: string) {
  const port = await freeUdpPort();
  const scenario = join(folder, 'answer.xml');
  const lines = [
    'SIP/2.0 200 OK',
    '[last_Via:]',
    '[last_From:]',
    '[last_To:];tag=[call_number]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    'Content-Length: 0',
  ];
  writeFileSync(
    scenario,
    `<?xml version="1.0"?>\n<scenario name="answer"><recv request="OPTIONS"/><send><![CDATA[\n${lines.join('\n')}\n\n]]></send></scenario>\n`,
  );
  // By default sipp leaves a request without an answer that comes again half a minute after its call: one answer that is
  // lost would then fail the round.
  const args = ['-sf', scenario, '-i', '127.0.0.1', '-p', String(port), '-deadcall_wait', '0', '-nostdin'];
  const program = startProgram('sipp', args, { cwd: folder, env: { TERM: 'xterm' } });
  const bound = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  await until('sipp listens', 10_000, () => readFileSync('/proc/net/udp', 'utf8').includes(bound));
  return { port, [Symbol.asyncDispose]: () => program.stop('SIGKILL') };
}

/** Watches as a gateway does, in a process of its own; measured when every trunk is settled. */
async function watch(port: number): Promise<Watched> {
  await using folder = await temporaryFolder('bench-trunks');
  const times = { everySeconds: EVERY_SECONDS, settleSeconds: SETTLING_SECONDS, watchSeconds: WATCHED_SECONDS };
  const task = { transport: 'udp', farEnd: port, pbx: port, trunks: TRUNKS, folder: folder.path, ...times } as const;
  return runAsDaemon<WatchTask, Watched>(CHILD, task);
}

/** Processor time of this process for one OPTIONS with a connection of its own, in milliseconds. */
async function questionCpu(transport: Transport, port: number): Promise<number> {
  const ask = async () => {
    const answer = await probeOptions({
      target: { transport, address: '127.0.0.1', port },
      limitMs: 5000,
      signal: new AbortController().signal,
      newToken: () => randomUUID().replaceAll('-', ''),
    });
    if (!answer.answered) throw new Error(`no answer over ${transport}: ${answer.detail}`);
  };
  for (let warm = 0; warm < 50; warm += 1) await ask();
  const before = process.cpuUsage();
  for (let count = 0; count < QUESTIONS; count += 1) await ask();
  const { user, system } = process.cpuUsage(before);
  return rounded((user + system) / 1000 / QUESTIONS);
}

/** Milliseconds for the dearest message; each is timed thrice and the best counts, so that a busy machine is not measured. */
function worstStall(): number {
  const folder = new URL('../lab/sip-torture/', import.meta.url);
  const torture = readdirSync(folder).map((name) => readFileSync(new URL(name, folder)));
  const head =
    'OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nFrom: <sip:a>;tag=a\r\nTo: <sip:b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n';
  const attack = [
    ...Array.from({ length: 7 }, (_, count) => `Authorization: Digest ${'a'.repeat(990)}\r\n`.repeat(count + 1)),
    `Authorization: Digest ${'a'.repeat(60_000)}\r\n`,
    `X: ${' '.repeat(8000)}\r\n`,
    'Via: SIP/2.0/UDP a\r\n'.repeat(380),
    `Contact: ${'<'.repeat(1000)}\r\n`,
    `To: ${'"'.repeat(1000)}\r\n`,
    `Contact: ${'a,'.repeat(500)}\r\n`,
  ].map((more) => Buffer.from(`${head}${more}\r\n`));
  const source = { address: '192.0.2.1', port: 5060, transport: 'udp' } as const;
  const tagKey = Buffer.from('bench');
  const times = [...torture, ...attack].map((bytes) => {
    const three = Array.from({ length: 3 }, () => {
      const began = performance.now();
      answerRequest(bytes, source, { tagKey });
      return performance.now() - began;
    });
    return Math.min(...three);
  });
  return rounded(Math.max(...times), 1);
}
