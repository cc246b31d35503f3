/** Calls with Debian's sipp at the other end, which checks each message of ours, and a trace of one read by tshark. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { OptionsListener } from '#sip-trunks/answer/listener.ts';
import { SipCall } from '#sip-trunks/client/call.ts';
import { SipFlow } from '#sip-trunks/client/flow.ts';
import { inviteRequest } from '#sip-trunks/client/requests.ts';
import { systemTimers } from '#sip-trunks/client/timers.ts';
import { Recording } from '#sip-trunks/trace/recording.ts';
import { traceResult } from '#sip-trunks/trace/result.ts';
import { SipTaps } from '#sip-trunks/trace/tap.ts';
import { offerText } from '#sip-trunks/verify/media/sdp.ts';
import { hasProgram, temporaryFolder } from '#test/support/program.ts';
import { answeringSipp, callingSipp, recv, reply, send } from '#test/support/sipp.ts';
import { newToken } from '#test/support/trunk-proof.ts';

const SDP = [
  'v=0',
  'o=sipp 1 1 IN IP4 [local_ip]',
  's=-',
  'c=IN IP4 [local_ip]',
  't=0 0',
  'm=audio 40000 RTP/AVP 8',
  'a=rtpmap:8 PCMA/8000',
];
const OK = reply('200 OK', [], SDP);
const GOODBYE = [recv('ACK'), recv('BYE'), reply('200 OK')];

async function flowTo(port: number, taps = new SipTaps()): Promise<SipFlow> {
  const target = { transport: 'udp', address: '127.0.0.1', port } as const;
  const parts = { target, timers: systemTimers, clock: systemClock, newToken, tap: taps };
  return SipFlow.open(parts, AbortSignal.timeout(5000));
}

function place(flow: SipFlow, signal: AbortSignal, onProgress: (status: number) => void = () => undefined) {
  const { address } = flow.local;
  const offer = offerText({ address, port: 40_002, codecs: ['PCMA'], sessionId: 1 });
  const call = { called: '+43720123456', caller: '+43123456789', offer };
  return SipCall.place({
    flow,
    invite: inviteRequest(flow, { user: 'trunk', domain: '127.0.0.1' }, call),
    credentials: { user: 'trunk', password: 'trunk-pass' },
    ringMs: 15_000,
    signal,
    onProgress,
  });
}

const soon = () => AbortSignal.timeout(15_000);

describe.skipIf(!hasProgram('sipp'))('a call to sipp', () => {
  test('is answered, acknowledged and ended by us', async () => {
    await using peer = await answeringSipp(recv('INVITE'), reply('180 Ringing'), OK, ...GOODBYE);
    using flow = await flowTo(peer.port);
    const placed = await place(flow, soon());
    expect(placed).toHaveProperty('call');
    if ('call' in placed) expect(await placed.call.hangUp()).toBe(200);
    expect(await peer.verdict()).toBe('');
  }, 30_000);

  test('that sipp ends is taken as ended, with the reason that it gives', async () => {
    const bye = [
      'BYE sip:trunk@[remote_ip]:[remote_port] SIP/2.0',
      'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]',
      // From and To change places.
      'From: [$3];tag=sipp[call_number]',
      'To: [$4]',
      '[last_Call-ID:]',
      'CSeq: 7 BYE',
      'Reason: Q.850;cause=16;text="Normal"',
    ];
    const named = `<recv request="INVITE"><action><ereg regexp=".*" search_in="hdr" header="To:" assign_to="3"/><ereg regexp=".*" search_in="hdr" header="From:" assign_to="4"/></action></recv>\n`;
    await using peer = await answeringSipp(named, OK, recv('ACK'), send(bye), '<recv response="200"/>\n');
    using flow = await flowTo(peer.port);
    const placed = await place(flow, soon());
    if (!('call' in placed)) throw new Error('refused');
    expect(await placed.call.remoteEnd).toEqual({ reason: 'Q.850;cause=16;text="Normal"' });
    expect(await placed.call.hangUp()).toBeUndefined();
    expect(await peer.verdict()).toBe('');
  }, 30_000);

  test('that is no longer wanted is canceled as soon as it may be, and its end is acknowledged', async () => {
    const late = '<pause milliseconds="700"/>\n';
    const end = reply('487 Request Terminated', [], [], '1 INVITE');
    await using peer = await answeringSipp(
      recv('INVITE'),
      late,
      reply('180 Ringing'),
      recv('CANCEL', { CSeq: '1 CANCEL' }),
      reply('200 OK'),
      end,
      recv('ACK', { CSeq: '1 ACK' }),
    );
    using flow = await flowTo(peer.port);
    // Before the first sign of sipp: the CANCEL has to wait for that.
    await expect(place(flow, AbortSignal.timeout(200))).rejects.toMatchObject({ name: 'SipConnectError' });
    expect(await peer.verdict()).toBe('');
  }, 30_000);

  test('that is answered while it is canceled is acknowledged and ended', async () => {
    await using peer = await answeringSipp(
      recv('INVITE'),
      reply('180 Ringing'),
      recv('CANCEL'),
      reply('200 OK'),
      reply('200 OK', [], SDP, '1 INVITE'),
      ...GOODBYE,
    );
    using flow = await flowTo(peer.port);
    const stop = new AbortController();
    await expect(place(flow, stop.signal, () => stop.abort())).rejects.toMatchObject({ failure: 'canceled' });
    expect(await peer.verdict()).toBe('');
  }, 30_000);

  test('with too short a session timer (422) is made again with the limit that sipp names; tshark reads its trace', async () => {
    const limits = { 'Min-SE': '1800', 'Session-Expires': '1800' };
    const steps = [recv('INVITE'), reply('422 Session Interval Too Small', ['Min-SE: 1800']), recv('ACK')];
    await using peer = await answeringSipp(...steps, recv('INVITE', limits), OK, ...GOODBYE);
    const taps = new SipTaps();
    const recording = new Recording();
    const seen: string[] = [];
    taps.listen(({ at, direction, transport, local, remote, bytes }) => {
      const [from, to] = direction === 'sent' ? [local, remote] : [remote, local];
      recording.add({ at, transport, from, to, bytes });
      const text = bytes.toString('latin1');
      seen.push([/^(?:SIP\/2.0 (\d+)|(\w+))/.exec(text)?.slice(1).join(''), /CSeq: (.*)\r/.exec(text)?.[1]].join(' '));
    });
    using flow = await flowTo(peer.port, taps);
    const placed = await place(flow, soon());
    if (!('call' in placed)) throw new Error('refused');
    expect(await placed.call.hangUp()).toBe(200);
    expect(await peer.verdict()).toBe('');
    expect(seen).toEqual([
      'INVITE 1 INVITE',
      '422 1 INVITE',
      'ACK 1 ACK',
      'INVITE 2 INVITE',
      '200 2 INVITE',
      'ACK 2 ACK',
      'BYE 3 BYE',
      '200 3 BYE',
    ]);
    if (hasProgram('tshark')) expect(await reread(recording)).toEqual(seen);
  }, 30_000);

  test('whose nonce went stale is made once more with the new one, and the password counts as accepted', async () => {
    const challenge = (nonce: string, more = '') =>
      reply('401 Unauthorized', [`WWW-Authenticate: Digest realm="sipp", nonce="${nonce}", algorithm=MD5${more}`]);
    await using peer = await answeringSipp(
      recv('INVITE'),
      challenge('first'),
      recv('ACK'),
      recv('INVITE', { Authorization: 'nonce=.first' }),
      challenge('second', ', stale=true'),
      recv('ACK'),
      recv('INVITE', { Authorization: 'nonce=.second' }),
      OK,
      ...GOODBYE,
    );
    using flow = await flowTo(peer.port);
    const placed = await place(flow, soon());
    if (!('call' in placed)) throw new Error('refused');
    expect(placed.call.answered).toMatchObject({ refusals: 0, login: { algorithm: 'MD5', realm: 'sipp' } });
    await placed.call.hangUp();
    expect(await peer.verdict()).toBe('');
  }, 30_000);

  test('from sipp to us is refused, and told what is served', async () => {
    const listener = await OptionsListener.open({ host: '127.0.0.1', port: 0, tagKey: randomBytes(16) });
    const request = (method: string) => [
      `${method} sip:demarc@[remote_ip]:[remote_port] SIP/2.0`,
      'Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]',
      'From: <sip:sipp@[local_ip]:[local_port]>;tag=[call_number]',
      method === 'ACK' ? '[last_To:]' : 'To: <sip:demarc@[remote_ip]:[remote_port]>',
      'Call-ID: [call_id]',
      `CSeq: 1 ${method}`,
      'Max-Forwards: 70',
    ];
    const refused =
      '<recv response="405"><action><ereg regexp="OPTIONS" search_in="hdr" header="Allow:" check_it="true" assign_to="8"/></action></recv>\n';
    try {
      expect(await callingSipp(listener.port, send(request('INVITE'), SDP), refused, send(request('ACK')))).toBe('');
    } finally {
      await listener.close();
    }
  }, 30_000);
});

/** The messages that tshark finds in the file that a person would be given. */
async function reread(recording: Recording): Promise<string[]> {
  await using folder = await temporaryFolder('trace');
  const file = join(folder.path, 'trace.pcap');
  const { files } = traceResult(recording.dialogs({}), [], Buffer.alloc(32, 1));
  await writeFile(file, files[0]?.bytes ?? '');
  const fields = ['sip.Method', 'sip.Status-Code', 'sip.CSeq', '_ws.malformed'].flatMap((field) => ['-e', field]);
  const { stdout } = await promisify(execFile)('tshark', ['-r', file, '-T', 'fields', '-E', 'separator=|', ...fields]);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [method = '', status = '', cseq = '', malformed = ''] = line.split('|');
      return `${method}${status} ${cseq}${malformed}`;
    });
}
