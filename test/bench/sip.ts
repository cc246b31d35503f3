import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SupervisionRule } from '#contract/trunks.ts';
import { answerRequest } from '#sip-trunks/answer/answer.ts';
import { OptionsListener } from '#sip-trunks/answer/listener.ts';
import { askOptions } from '#sip-trunks/supervise/ask-options.ts';
import { Supervisor } from '#sip-trunks/supervise/supervisor.ts';
import { SipTaps } from '#sip-trunks/trace/tap.ts';
import { startKamailio } from '../support/kamailio.ts';
import { freeUdpPort, startProgram, temporaryFolder, until } from '../support/program.ts';
import { type Findings, median, rounded } from './report.ts';

const ROUNDS = 3;
const CALLS = 20_000;
const TRUNKS = 2000;
const EVERY_SECONDS = 30;
const WATCHED_SECONDS = 30;
/** Until each was asked twice, at first within half a minute and then after five seconds. */
const SETTLING_SECONDS = 45;
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
  await using kamailio = await startKamailio();
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
  say(
    `${TRUNKS} trunks at ${EVERY_SECONDS} s: ${watched.corePercent} % of a core, ${watched.answered} of ${watched.asked} answered`,
  );
  const stall = worstStall();
  say(`worst stall: ${stall} ms`);
  return {
    bars: [
      { name: 'rate of Kamailio / ours', value: rounded(median(rates.kamailio) / median(rates.ours)), limit: 4 },
      { name: '2,000 trunks at 30 s, percent of a core', value: watched.corePercent, limit: 10 },
      { name: 'pings of watched trunks without an answer', value: watched.asked - watched.answered, limit: 0 },
      { name: 'watched trunks that are not up', value: TRUNKS - watched.up, limit: 0 },
      { name: 'worst stall over the attack set, ms', value: stall, limit: 20 },
    ],
    figures: {
      rounds,
      perSecond: Object.fromEntries(Object.entries(rates).map(([name, all]) => [name, Math.round(median(all))])),
      watched,
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
  const program = startProgram('sipp', ['-sf', scenario, '-i', '127.0.0.1', '-p', String(port), '-nostdin'], {
    cwd: folder,
    env: { TERM: 'xterm' },
  });
  const bound = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  await until('sipp listens', 10_000, () => readFileSync('/proc/net/udp', 'utf8').includes(bound));
  return { port, [Symbol.asyncDispose]: () => program.stop('SIGKILL') };
}

/** Watches as a gateway does, with the same supervisor and the same question; measured when every trunk is settled. */
async function watch(port: number) {
  let asked = 0;
  let answered = 0;
  const tap = new SipTaps();
  const supervisor = new Supervisor({
    ask: ({ host: address, trunk, transport }, signal) =>
      askOptions({
        target: { transport, address, port },
        trunk,
        limitMs: 5000,
        signal,
        newToken: () => randomUUID().replaceAll('-', ''),
        now: Date.now,
        tap,
      }),
    onResult: ({ state: { last } }) => {
      asked += 1;
      if (last?.answered && last.status === 200) answered += 1;
    },
    onError: (_, error) => {
      throw error;
    },
    random: Math.random,
  });
  const rule = SupervisionRule.parse({ everySeconds: EVERY_SECONDS });
  const end = { host: '127.0.0.1', port, transport: 'udp', rule } as const;
  supervisor.watch(Array.from({ length: TRUNKS }, (_, at) => ({ ...end, key: `t${at}.far-end`, trunk: `t${at}` })));
  await sleep(SETTLING_SECONDS * 1000);
  [asked, answered] = [0, 0];
  const before = process.cpuUsage();
  const began = performance.now();
  await sleep(WATCHED_SECONDS * 1000);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - began) / 1000;
  const up = supervisor.list().filter(({ state }) => state.state === 'up').length;
  await supervisor.stop();
  return { asked, answered, up, corePercent: rounded((user + system) / 1e4 / seconds) };
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
