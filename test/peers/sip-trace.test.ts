/** Traces read by others: tshark finds in our file the messages that were recorded; a capture gives what went over the wire. */
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { capturePackets } from '#daemon/trace/capture.ts';
import { Recording } from '#sip-trunks/trace/recording.ts';
import { traceResult } from '#sip-trunks/trace/result.ts';
import { hasProgram, temporaryFolder } from '#test/support/program.ts';

const HEAD = (method: string, callId: string, cseq: number, via = '192.0.2.10:5060') => [
  `Via: SIP/2.0/TLS ${via};branch=z9hG4bK${callId}${cseq}`,
  'From: "Anna" <sip:+43720123456@pbx.example>;tag=1',
  'To: <sip:+33142685300@cloud.example>',
  `Call-ID: ${callId}`,
  `CSeq: ${cseq} ${method}`,
  'Content-Length: 0',
  '',
  '',
];

const TSHARK = 'tshark';

/** The columns that tshark shows of a file, a line a packet. */
function tshark(file: string, ...fields: string[]): string[][] {
  const args = ['-r', file, '-T', 'fields', '-E', 'separator=|', ...fields.flatMap((field) => ['-e', field])];
  const { stdout, status, stderr } = spawnSync(TSHARK, args, { encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('|'));
}

test.skipIf(!hasProgram(TSHARK))(
  'tshark reads the same messages, in the same order, and finds none malformed',
  async () => {
    await using folder = await temporaryFolder('trace');
    const recording = new Recording();
    const at = Date.parse('2026-11-22T10:00:00.000Z');
    const v4 = [
      { address: '192.0.2.10', port: 40_112 },
      { address: '198.51.100.7', port: 5061 },
    ] as const;
    const v6 = [
      { address: '2001:db8::10', port: 5060 },
      { address: '2001:db8::7', port: 5060 },
    ] as const;
    const expected: string[][] = [];
    let ms = 0;
    for (const [[here, there], callId] of [
      [v4, 'first@x'],
      [v6, 'second@x'],
    ] as const) {
      for (const [start, method, cseq, back] of [
        ['OPTIONS sip:cloud.example SIP/2.0', 'OPTIONS', 1, false],
        ['SIP/2.0 401 Unauthorized', 'OPTIONS', 1, true],
        ['OPTIONS sip:cloud.example SIP/2.0', 'OPTIONS', 2, false],
        ['SIP/2.0 503 No channel left', 'OPTIONS', 2, true],
      ] as const) {
        const [from, to] = back ? [there, here] : [here, there];
        const bytes = Buffer.from([start, ...HEAD(method, callId, cseq)].join('\r\n'));
        recording.add({ at: at + ms, transport: 'tls', from, to, bytes });
        const status = /^SIP\/2.0 (\d+)/.exec(start)?.[1] ?? '';
        expected.push([
          String(ms / 1000),
          status === '' ? method : '',
          status,
          callId,
          `${cseq} ${method}`,
          String(to.port),
          '',
        ]);
        ms += 250;
      }
    }
    const { files } = traceResult(recording.dialogs({}), [], Buffer.alloc(32, 1));
    const file = join(folder.path, 'trace.pcap');
    await writeFile(file, files[0]?.bytes ?? '');
    const fields = ['frame.time_relative', 'sip.Method', 'sip.Status-Code', 'sip.Call-ID', 'sip.CSeq', 'udp.dstport'];
    const shown = tshark(file, ...fields, '_ws.malformed').map(([time = '', ...rest]) => [
      String(Number(time)),
      ...rest,
    ]);
    expect(shown).toEqual(expected);
    const checks = tshark(file, 'ip.checksum.status', 'udp.checksum.status');
    // Bad is 0; what is not checked is 2, none is 3.
    for (const status of checks.flat()) expect(status).not.toBe('0');
  },
);

const canCapture = hasProgram('dumpcap') || hasProgram('tcpdump');

test.skipIf(!canCapture)('a capture gives what its filter lets through, and no program is left behind', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  const stop = new AbortController();
  const seen: string[] = [];
  const end = capturePackets({
    places: [{ address: '127.0.0.1', port }],
    seconds: 30,
    signal: stop.signal,
    onMessage: ({ bytes }) => seen.push(bytes.toString()),
  });
  const other = createSocket('udp4');
  other.bind(0, '127.0.0.1');
  await once(other, 'listening');
  for (let tries = 0; tries < 50 && seen.length === 0; tries += 1) {
    other.send('not for us', other.address().port, '127.0.0.1');
    other.send('OPTIONS sip:a SIP/2.0\r\nCall-ID: captured\r\n\r\n', port, '127.0.0.1');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  stop.abort();
  const { worked, problem } = await end;
  socket.close();
  other.close();
  if (!worked) {
    // A host that does not permit it says so in words.
    expect(problem).toMatch(/could not be captured/);
    return;
  }
  expect([...new Set(seen)]).toEqual(['OPTIONS sip:a SIP/2.0\r\nCall-ID: captured\r\n\r\n']);
  const running = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
  expect(running).not.toContain(`port ${port}`);
});
