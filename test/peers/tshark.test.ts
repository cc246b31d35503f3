/** tshark (Wireshark's dissectors) reads what we send: SIP OPTIONS, and CSTA with its XML. */
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '#pbx-adapters/channels/csta/framing.ts';
import { CstaSession } from '#pbx-adapters/channels/csta/session.ts';
import { CstaAccess } from '#pbx-adapters/channels/csta/settings.ts';
import { createLoginGuard } from '#pbx-adapters/login-guard.ts';
import { probeOptions } from '#sip-trunks/client/options-probe.ts';
import type { Transport } from '#sip-trunks/client/transport.ts';
import { startSip } from '#test/lab/mivoice-business/sip-responder.ts';
import { startCsta } from '#test/lab/office-400/csta-server.ts';
import { hasProgram, startProgram, temporaryFolder, until } from '#test/support/program.ts';

const run = promisify(execFile);
/** tshark runs scripts only for a user without rights. */
const NOBODY = 65534;
const END = 'the exchange is over';

/** CSTA has no dissector of its own there: this one cuts the frames and hands them to that of XML. */
const cstaDissector = (port: number) => `
local csta = Proto("csta_tcp", "CSTA over TCP")
local id = ProtoField.string("csta_tcp.id", "Invoke id")
csta.fields = { id }
local xml = Dissector.get("xml")
function csta.dissector(tvb, pinfo, tree)
  dissect_tcp_pdus(tvb, tree, 8, function(b) return b(2, 2):uint() end, function(b, p, t)
    t:add(csta, b(0, 8)):add(id, b(4, 4))
    xml:call(b(8):tvb(), p, t)
    return b:len()
  end)
end
DissectorTable.get("tcp.port"):add(${port}, csta)
`;

const missing = () => {
  if (process.getuid?.() !== 0) return 'capturing needs root';
  return ['tshark', 'dumpcap'].every(hasProgram) ? undefined : 'tshark is missing';
};

/** What went over the loopback interface to and from this port, as tshark reads it. */
async function captured(port: number, exchange: () => Promise<void>) {
  const folder = await temporaryFolder('tshark');
  await chmod(folder.path, 0o777);
  const file = join(folder.path, 'capture.pcap');
  const script = join(folder.path, 'csta.lua');
  await writeFile(script, cstaDissector(port));
  const mark = createSocket('udp4');
  await new Promise<void>((resolve) => mark.bind(0, '127.0.0.1', resolve));
  const filter = `port ${port} or udp port ${mark.address().port}`;
  await using dumpcap = startProgram('dumpcap', ['-i', 'lo', '-f', filter, '-P', '-w', file]);
  await until('dumpcap captures', 10_000, () => dumpcap.output().includes('File:'));
  await exchange();
  // The kernel hands packets on at intervals, in order: when this one is there, all are.
  mark.send(END, mark.address().port, '127.0.0.1');
  await until('the last packet is captured', 10_000, async () => (await readFile(file)).includes(END));
  mark.close();
  await dumpcap.stop('SIGINT');
  await chmod(file, 0o644);
  const read = async (...args: string[]) => {
    const env = { ...process.env, HOME: folder.path, XDG_CONFIG_HOME: folder.path };
    const all = ['-r', file, '-X', `lua_script:${script}`, ...args];
    const { stdout } = await run('tshark', all, { env, uid: NOBODY, gid: NOBODY, cwd: folder.path, maxBuffer: 1e8 });
    return stdout;
  };
  return { read, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

type Capture = Awaited<ReturnType<typeof captured>>;

/** Values of fields, one row a packet that the filter lets through. */
async function fields(capture: Capture, filter: string, names: readonly string[]): Promise<string[][]> {
  const wanted = names.flatMap((name) => ['-e', name]);
  const text = await capture.read('-Y', filter, '-T', 'fields', '-E', 'separator=/t', '-E', 'aggregator=|', ...wanted);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
}

/** Packets that a dissector could not read to the end, or that TCP lost. */
const FAULTY =
  '_ws.malformed || _ws.unreassembled || _ws.lua.error || _ws.expert.severity == 0x800000 || _ws.expert.group == 0x7000000 || xml.unrecognized_text || xml.closing_unopened_tag';

/** Answers OPTIONS over TCP with nothing but what an answer must have. */
async function sipOverTcp() {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const same = bytes
        .toString('latin1')
        .split('\r\n')
        .filter((line) => /^(via|from|to|call-id|cseq)\s*:/i.test(line));
      socket.write(['SIP/2.0 200 OK', ...same, 'Content-Length: 0', '', ''].join('\r\n'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

const reason = missing();

describe.skipIf(reason !== undefined)(`tshark reads${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  it.each<[Transport, () => Promise<{ port: number; stop(): Promise<void> }>]>([
    ['udp', () => startSip({ banner: 'Mitel-3300-ICP 15.0.0.97' })],
    ['tcp', sipOverTcp],
  ])('SIP OPTIONS over %s: fields as sent, nothing malformed', async (transport, start) => {
    const peer = await start();
    let tokens = 0;
    await using capture = await captured(peer.port, async () => {
      const answer = await probeOptions({
        target: { transport, address: '127.0.0.1', port: peer.port },
        limitMs: 5000,
        signal: AbortSignal.timeout(10_000),
        newToken: () => `token0000000000${(tokens += 1)}`,
      });
      expect(answer).toMatchObject({ answered: true, status: 200 });
      await peer.stop();
    });
    // The port is nobody's usual one, so the dissector is named.
    const as = ['-d', `${transport}.port==${peer.port},sip`];
    const sip: Capture = { ...capture, read: (...args) => capture.read(...as, ...args) };
    expect(await fields(sip, FAULTY, ['frame.number', '_ws.expert.message'])).toEqual([]);
    const names = [
      'sip.Method',
      'sip.r-uri',
      'sip.Via.branch',
      'sip.from.tag',
      'sip.Call-ID',
      'sip.CSeq',
      'sip.Accept',
    ];
    const uri = `sip:127.0.0.1:${peer.port}${transport === 'udp' ? '' : ';transport=tcp'}`;
    const more = ['sip.Via.transport', 'sip.Max-Forwards', 'sip.Content-Length', 'sip.from.addr', 'sip.to.addr'];
    expect(await fields(sip, 'sip.Request-Line', [...names, ...more])).toEqual([
      [
        'OPTIONS',
        uri,
        expect.stringMatching(/^z9hG4bKtoken0000000000\d$/),
        expect.stringMatching(/^token0000000000\d$/),
        expect.stringMatching(/^token0000000000\d@127\.0\.0\.1$/),
        '1 OPTIONS',
        'application/sdp',
        transport.toUpperCase(),
        '70',
        '0',
        'sip:demarc@127.0.0.1',
        `sip:127.0.0.1:${peer.port}`,
      ],
    ]);
    expect(await fields(sip, 'sip.Status-Line', ['sip.Status-Code', 'sip.CSeq.method'])).toEqual([['200', 'OPTIONS']]);
  });

  it('CSTA: each frame is whole and its XML is well formed, whatever TCP made of the stream', async () => {
    const devices = Array.from({ length: 700 }, (_, at) => ({
      number: String(1000 + at),
      category: 'station',
      model: 'Büro',
    }));
    const lab = await startCsta({ devices, nasty: { sessionWanted: true, split: 333 } });
    const { host, port } = lab;
    await using capture = await captured(port, async () => {
      const access = CstaAccess.parse({ host, port, greetingMs: 60 });
      const loginGuard = createLoginGuard({ fingerprint: 'a', state: undefined, save: async () => undefined });
      const session = await CstaSession.open(access, { signal: AbortSignal.timeout(20_000), loginGuard });
      let found = 0;
      for await (const segment of session.devices(AbortSignal.timeout(20_000))) found += segment.length;
      expect(found).toBe(700);
      await session.close();
      await lab.stop();
    });
    expect(await fields(capture, FAULTY, ['frame.number', '_ws.expert.message'])).toEqual([]);
    const sent = await fields(capture, `csta_tcp && tcp.dstport == ${port}`, ['csta_tcp.id', 'xml.tag']);
    expect(sent.map(([id, tags = '']) => [id, /^<(\w+) xmlns="http:\/\/www\.ecma-/.exec(tags)?.[1]])).toEqual([
      ['0001', 'StartApplicationSession'],
      ['0002', 'RequestSystemStatus'],
      ['0003', 'GetSwitchingFunctionDevices'],
      ['0004', 'StopApplicationSession'],
    ]);
    // Seven segments of the list, each over many packets.
    const lists = await fields(capture, 'csta_tcp && tcp.srcport == ' + port, ['xml.tag']);
    expect(lists.join().match(/<SwitchingFunctionDevices\b/g)).toHaveLength(7);
  });

  it.each([
    ['an element is closed that was never opened', '<a><b></c></b></a>'],
    ['the XML ends within a tag', '<a><b'],
  ])('a frame is found out when %s', async (_, body) => {
    const peer = await sipOverTcp();
    await using capture = await captured(peer.port, async () => {
      const socket = connect(peer.port, '127.0.0.1');
      await new Promise<void>((resolve) => socket.end(encodeFrame(1, body), resolve));
      await peer.stop();
    });
    expect(await fields(capture, FAULTY, ['csta_tcp.id'])).toEqual([['0001']]);
  });
});
