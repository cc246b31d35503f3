/** The rules of the SIP client by tables: timers, digests, the order of servers, RTP and its encryption, what evidence hides. */
import { describe, expect, test } from 'vitest';
import { chooseChallenge, digestAnswer } from '#sip-trunks/client/digest.ts';
import type { Timers } from '#sip-trunks/client/timers.ts';
import { ClientTransaction } from '#sip-trunks/client/transaction.ts';
import { challengesOf } from '#sip-trunks/message/header-lines.ts';
import { parseMessage, type ReceivedMessage, type SipMessage } from '#sip-trunks/message/message.ts';
import { evidenceText } from '#sip-trunks/message/redact.ts';
import type { Dns, Srv } from '#sip-trunks/resolve/dns.ts';
import { byPriorityAndWeight, resolveTargets } from '#sip-trunks/resolve/resolve.ts';
import { readReport, readRtp, rtpPacket, senderReport } from '#sip-trunks/verify/media/rtp.ts';
import { offerText, readAnswer } from '#sip-trunks/verify/media/sdp.ts';
import { SrtpKeys } from '#sip-trunks/verify/media/srtp.ts';

/** Time that passes when the test says so. */
class HandTimers implements Timers {
  #now = 0;
  readonly #due: { at: number; call: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.#now + ms, call };
    this.#due.push(entry);
    return () => void (this.#due.includes(entry) && this.#due.splice(this.#due.indexOf(entry), 1));
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.toSorted((a, b) => a.at - b.at).find(({ at }) => at <= end);
      if (!next) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      this.#now = next.at;
      next.call();
    }
    this.#now = end;
  }
}

function transaction(method: string, isReliable: boolean) {
  const timers = new HandTimers();
  const sent: { at: number; method: string }[] = [];
  const seen: number[] = [];
  const log: string[] = [];
  const request: SipMessage = {
    start: { kind: 'request', method, uri: 'sip:b' },
    via: [{ protocol: 'UDP', host: 'a', params: { branch: 'z9hG4bKx' } }],
    from: { uri: 'sip:a', params: { tag: 'a' } },
    to: { uri: 'sip:b', params: {} },
    callId: 'c',
    cseq: { seq: 1, method },
    headers: {},
    body: Buffer.alloc(0),
  };
  const one = new ClientTransaction({
    request,
    isReliable,
    timers,
    send: ({ cseq }) => void sent.push({ at: timers.now(), method: cseq.method }),
    onResponse: ({ start }) => void (start.kind === 'response' && seen.push(start.status)),
    onTimeout: () => void log.push(`timeout ${timers.now()}`),
    onEnd: () => void log.push(`end ${timers.now()}`),
  });
  const receive = (status: number) => {
    const text = `SIP/2.0 ${status} X\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKx\r\nFrom: <sip:a>;tag=a\r\nTo: <sip:b>;tag=b\r\nCall-ID: c\r\nCSeq: 1 ${method}\r\n\r\n`;
    one.receive(parseMessage(Buffer.from(text)) as ReceivedMessage);
  };
  one.start();
  return { timers, sent, seen, log, receive, times: () => sent.map(({ at }) => at) };
}

describe('transactions (RFC 3261 section 17.1)', () => {
  test('OPTIONS over UDP is sent again after T1, doubling up to T2, until 32 s (timers E and F)', () => {
    const { timers, times, log } = transaction('OPTIONS', false);
    timers.pass(40_000);
    expect(times()).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(log).toEqual(['end 32000', 'timeout 32000']);
  });

  test('INVITE over UDP doubles without an upper limit (timers A and B)', () => {
    const { timers, times, log } = transaction('INVITE', false);
    timers.pass(40_000);
    expect(times()).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500]);
    expect(log).toContain('timeout 32000');
  });

  test('over TCP nothing is sent twice', () => {
    const { timers, times, log } = transaction('OPTIONS', true);
    timers.pass(40_000);
    expect(times()).toEqual([0]);
    expect(log).toContain('timeout 32000');
  });

  test('after 100 a request goes on every T2, an INVITE not at all and for as long as it likes', () => {
    const other = transaction('REGISTER', false);
    other.receive(100);
    other.timers.pass(32_000);
    expect(other.times()).toEqual([0, 4000, 8000, 12_000, 16_000, 20_000, 24_000, 28_000]);
    expect(other.log).toContain('timeout 32000');
    const invite = transaction('INVITE', false);
    invite.receive(180);
    invite.timers.pass(300_000);
    expect(invite.times()).toEqual([0]);
    expect(invite.log).toEqual([]);
  });

  test('a refused INVITE is acknowledged each time that the refusal comes, for 32 s (timer D), and told once', () => {
    const { timers, sent, seen, receive, log } = transaction('INVITE', false);
    receive(486);
    receive(486);
    timers.pass(31_000);
    receive(486);
    timers.pass(2000);
    receive(486);
    expect(sent.map(({ method }) => method)).toEqual(['INVITE', 'ACK', 'ACK', 'ACK']);
    expect(seen).toEqual([486]);
    expect(log).toEqual(['end 32000']);
  });

  test('every 2xx to INVITE is told, so that its ACK can be sent again', () => {
    const { seen, receive } = transaction('INVITE', false);
    receive(200);
    receive(200);
    expect(seen).toEqual([200, 200]);
  });
});

describe('digest', () => {
  const challenge = (value: string) => challengesOf([{ name: 'www-authenticate', value }]);
  const request = { method: 'GET', uri: '/dir/index.html', body: Buffer.alloc(0), clientNonce: '0a4f113b', count: 1 };
  const mufasa = { user: 'Mufasa', password: 'Circle Of Life' };

  test('the example of RFC 2617 section 3.5', () => {
    const [found] = challenge(
      'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    );
    expect(found && digestAnswer(found, mufasa, request)).toContain('response="6629fae49393a05397450978507c4ef1"');
  });

  test('the example of RFC 7616 section 3.9.1, SHA-256', () => {
    const [found] = challenge(
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    );
    const own = { ...request, clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ' };
    expect(found && digestAnswer(found, { ...mufasa, password: 'Circle of Life' }, own)).toContain(
      'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
    );
  });

  test('of several challenges the first that is supported is taken, however they stand in the message', () => {
    const found = challenge(
      'Bearer realm="x", Digest realm="a", nonce="1", algorithm=X-NEW, Digest realm="a, b", nonce="2", algorithm=SHA-256, Digest realm="a", nonce="3"',
    );
    expect(found).toHaveLength(4);
    expect(chooseChallenge(found)?.params).toMatchObject({ nonce: '2', realm: 'a, b', algorithm: 'SHA-256' });
    expect(chooseChallenge(found.slice(0, 2))).toBeUndefined();
  });
});

describe('resolution (RFC 3263)', () => {
  const dns = (records: Partial<Record<string, Srv[]>>, naptr: Awaited<ReturnType<Dns['naptr']>> = []): Dns => ({
    naptr: async () => naptr,
    srv: async (name) => records[name] ?? [],
    addresses: async (name) =>
      ({ one: ['192.0.2.1'], two: ['192.0.2.2', '2001:db8::2'], plain: ['192.0.2.9'] })[name] ?? [],
  });
  const srv = (name: string, priority: number, weight: number): Srv => ({ name, port: 5071, priority, weight });
  const find = (host: string, from: Dns, more = {}) => resolveTargets({ host, dns: from, random: () => 0.99, ...more });

  test('priority before weight, and the name for the certificate stays the one that was asked for', async () => {
    const from = dns({ '_sips._tcp.example.com': [srv('two', 20, 0), srv('one', 10, 5)] });
    const { targets } = await find('example.com', from, { transport: 'tls' });
    expect(targets.map(({ address, port, name }) => [address, port, name])).toEqual([
      ['192.0.2.1', 5071, 'example.com'],
      ['192.0.2.2', 5071, 'example.com'],
      ['2001:db8::2', 5071, 'example.com'],
    ]);
  });

  test('NAPTR says which transport and which SRV; with a port, or as an address, nothing of it is asked', async () => {
    const record = { flags: 's', order: 1, preference: 1, service: 'SIP+D2T', replacement: '_sip._tcp.other' };
    const from = dns({ '_sip._tcp.other': [srv('one', 1, 1)] }, [{ ...record, service: 'SIPS+D2T', order: 2 }, record]);
    expect((await find('example.com', from)).targets[0]).toMatchObject({ transport: 'tcp', address: '192.0.2.1' });
    expect((await find('plain', from, { port: 5080, transport: 'udp' })).targets).toMatchObject([
      { address: '192.0.2.9', port: 5080 },
    ]);
    expect((await find('[2001:db8::1]', from, { transport: 'tls' })).targets).toMatchObject([
      { address: '2001:db8::1', port: 5061 },
    ]);
  });

  test('"." means that the service is not offered; without any record the name itself is tried', async () => {
    expect(
      await find('example.com', dns({ '_sip._udp.example.com': [srv('.', 0, 0)] }), { transport: 'udp' }),
    ).toMatchObject({ targets: [], isRefused: true });
    expect((await find('plain', dns({}), { transport: 'tcp' })).targets).toMatchObject([
      { address: '192.0.2.9', port: 5060 },
    ]);
  });

  test('weights are met over many draws', () => {
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    let first = 0;
    for (let draw = 0; draw < 4000; draw += 1) {
      if (byPriorityAndWeight([srv('one', 1, 75), srv('two', 1, 25)], random)[0]?.name === 'one') first += 1;
    }
    expect(first / 4000).toBeCloseTo(0.75, 1);
  });
});

describe('audio', () => {
  const key = Buffer.from('E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6', 'hex');

  test('RTP and RTCP are read as they were written; a report says whether ours is heard', () => {
    const packet = rtpPacket({ payloadType: 8, sequence: 65_535, timestamp: 160, ssrc: 7 }, Buffer.alloc(160));
    expect(readRtp(packet)).toEqual({ payloadType: 8, sequence: 65_535, timestamp: 160, ssrc: 7 });
    const report = senderReport({ ssrc: 7, nowMs: 0, timestamp: 1, packets: 2, octets: 3 });
    expect(report.length % 4).toBe(0);
    expect(readReport(report, 9)).toEqual({});
    const receiver = Buffer.alloc(32);
    receiver.set([0x81, 201, 0, 7]);
    receiver.writeUInt32BE(9, 8);
    receiver[12] = 128;
    expect(readReport(receiver, 9)).toEqual({ heard: { lost: 0.5 } });
    expect(readReport(receiver.subarray(0, 20), 9)).toBeUndefined();
  });

  test('what is encrypted is opened again with the same keys, and nothing that was changed on the way', () => {
    const [ours, theirs] = [new SrtpKeys(key), new SrtpKeys(key)];
    const packet = rtpPacket({ payloadType: 0, sequence: 1, timestamp: 1, ssrc: 5 }, Buffer.from('hello'));
    const sealed = ours.protectRtp(packet);
    expect(sealed.includes('hello')).toBe(false);
    expect(theirs.openRtp(sealed)).toEqual(packet);
    sealed[13] = (sealed[13] ?? 0) ^ 1;
    expect(theirs.openRtp(sealed)).toBeUndefined();
    const report = senderReport({ ssrc: 5, nowMs: 1, timestamp: 1, packets: 1, octets: 1 });
    expect(theirs.openRtcp(ours.protectRtcp(report))).toEqual(report);
  });

  test('an answer is read, whatever else stands in it; garbage is none', () => {
    const offer = offerText({
      address: '192.0.2.1',
      port: 4000,
      codecs: ['PCMU'],
      key: Buffer.alloc(30, 1),
      sessionId: 1,
    });
    expect(readAnswer(offer)).toMatchObject({
      address: '192.0.2.1',
      port: 4000,
      codec: 'PCMU',
      isEncrypted: true,
      key: Buffer.alloc(30, 1),
    });
    for (const text of ['', 'm=audio', 'm=audio 99 RTP/AVP x', 'v=0\r\nm=audio 5 RTP/AVP 8\r\n']) {
      expect(readAnswer(Buffer.from(text))).toBeUndefined();
    }
  });
});

test('evidence shows no answer to a challenge, no key and no control character', () => {
  const text = [
    'INVITE sip:b SIP/2.0',
    'Authorization: Digest username="u", response="abc123", nonce="n0nce", cnonce="c1"',
    'Identity: eyJsecret',
    '',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0',
    'a=ice-pwd:secret\x1b[31m',
  ].join('\r\n');
  const shown = evidenceText(Buffer.from(text), 1000);
  expect(shown).toContain('username="u"');
  expect(shown).not.toMatch(/abc123|n0nce|c1"|eyJsecret|c2VjcmV0|secret/);
  expect(shown).not.toContain(String.fromCharCode(27));
  expect(evidenceText(Buffer.from('x'.repeat(5000)), 100).length).toBeLessThanOrEqual(100);
});
