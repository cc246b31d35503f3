/** Evidence to kind, by tables: what is named, how surely, and what is not to be named. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CandidateBoard } from '#pbx-adapters/discovery/board.ts';
import { classify } from '#pbx-adapters/discovery/classify.ts';
import { describeEvidence, type Evidence } from '#pbx-adapters/discovery/evidence.ts';
import { RULES } from '#pbx-adapters/discovery/rules.ts';
import { parseArpTable } from '#pbx-adapters/discovery/signals/arp.ts';
import { parseSysDescr } from '#pbx-adapters/discovery/sys-descr.ts';

const A = '192.0.2.11';
const sip = (
  more: { userAgent?: string; server?: string; toTag?: string; status?: number; address?: string } = {},
): Evidence => ({
  signal: 'sip',
  address: A,
  port: 5060,
  transport: 'udp',
  status: 200,
  reason: '',
  ...more,
});
const tcp = (port: number, address = A): Evidence => ({ signal: 'tcp', address, port });
const snmp = (sysDescr: string, sysObjectId?: string): Evidence => ({
  signal: 'snmp',
  address: A,
  port: 161,
  sysDescr,
  ...(sysObjectId ? { sysObjectId } : {}),
});
const web = (more: { title?: string; location?: string; realm?: string; marks?: string[] }): Evidence => ({
  signal: 'web',
  address: A,
  port: 443,
  status: 200,
  marks: [],
  ...more,
});
const card = (mac: string): Evidence => ({ signal: 'arp', address: A, mac });
const certificate = (issuer: string, fingerprint = 'AA', address = A): Evidence => ({
  signal: 'certificate',
  address,
  port: 443,
  subject: 'CN=x',
  issuer,
  fingerprint,
});
const hostKey = (fingerprint: string, address = A): Evidence => ({
  signal: 'host-key',
  address,
  port: 22,
  fingerprint,
});
const greeting = (text: string): Evidence => ({ signal: 'greeting', address: A, port: 21, text });

const MIVB = 'VerAg:07.00.00.01.00;VerSw:12.0.1.24;VerHw:CX;VerPl:3300 ICP;VerMCD:6.0 SP1';

describe('what is named, how surely, with which version', () => {
  test.each<[string, Evidence[], string, string, string | null]>([
    [
      'a MiVoice Business by its banner alone',
      [sip({ userAgent: 'Mitel-3300-ICP 8.0.9.18' })],
      'mivoice-business',
      'medium',
      '8.0.9.18',
    ],
    [
      'one by banner and SMDR port',
      [sip({ userAgent: 'Mitel-3300-ICP 8.0.9.18' }), tcp(1752)],
      'mivoice-business',
      'high',
      '8.0.9.18',
    ],
    [
      'one with its banner off, by To-tag and port',
      [sip({ status: 403, toTag: '0_1-2' }), tcp(1752)],
      'mivoice-business',
      'medium',
      null,
    ],
    ['one by SNMP', [snmp(MIVB, '1.3.6.1.4.1.1027.1.2.3')], 'mivoice-business', 'medium', '12.0.1.24'],
    [
      'an old controller by its log-in page',
      [web({ location: 'https://vxtarget/esm_loginMain.htm' })],
      'mivoice-business',
      'medium',
      null,
    ],
    ['an MX-ONE', [sip({ userAgent: 'Aastra MX-ONE SN/7.4.1' }), tcp(8882)], 'mx-one', 'high', '7.4.1'],
    ['an MX-ONE with another brand in its banner', [sip({ server: 'Mitel MX-ONE SN/7.6' })], 'mx-one', 'medium', '7.6'],
    ['an MX-ONE without SIP, by its ports', [tcp(8882), tcp(22225)], 'mx-one', 'medium', null],
    [
      'an Office 400',
      [greeting('220-Welcome to the Ascotel FTP server'), tcp(7001)],
      'mivoice-office-400',
      'high',
      null,
    ],
    ['an Office 400 by realm', [web({ realm: 'Ascotel domain' })], 'mivoice-office-400', 'medium', null],
    [
      'a MiVoice 5000, never surely',
      [sip({ userAgent: 'Mitel MiVoice 5000/7.3' }), tcp(389)],
      'mivoice-5000',
      'low',
      '7.3',
    ],
    [
      'a Mitel 5000 CP, which is no MiVoice 5000',
      [sip({ status: 403, toTag: 'Mitel-5000_12-34' }), tcp(5566), card('00:10:36:00:00:01')],
      'mitel-5000-cp',
      'medium',
      null,
    ],
    [
      'a border gateway',
      [sip({ server: 'Mitel Border GW/4.11.0.163-01' }), tcp(6801)],
      'mitel-border-gateway',
      'high',
      '4.11.0.163-01',
    ],
    [
      'a telephone',
      [sip({ userAgent: 'Mitel-6865i-SIP-Phone 5.1.0 1400E9AABBCC' }), card('14:00:e9:aa:bb:cc')],
      'mitel-phone',
      'high',
      '5.1.0',
    ],
    ['a SIP-DECT manager', [sip({ server: 'Mitel SIP-DECT (SW-Version=8.1)' })], 'sip-dect-manager', 'medium', '8.1'],
    [
      'a MiCollab that holds its own border gateway',
      [web({ marks: ['MiCollab End User Portal'] }), sip({ server: 'Mitel Border GW/4.0.0.9' })],
      'micollab',
      'medium',
      null,
    ],
    ['conferencing', [sip({ userAgent: 'Mitel-AWC/3.5' })], 'mitel-conferencing', 'medium', '3.5'],
    [
      'a server of Mitel, by the CA that it trusts',
      [certificate('CN=Mitel Networks ICA'), tcp(443)],
      'mitel-server',
      'medium',
      null,
    ],
    [
      'a server of Mitel, by SNMP',
      [snmp('VerAg:05.05.57.00.01;VerHw:x86_64;VerSw:10.05.19.00.00', '1.3.6.1.4.1.1027.1.6.1')],
      'mitel-server',
      'medium',
      '10.05.19.00.00',
    ],
    ['another make', [sip({ server: 'kamailio (5.6.3)' })], 'sip-device', 'medium', null],
    [
      'another make that gives itself out as a 3300',
      [sip({ userAgent: 'Mitel-3300-ICP 8.0', server: 'kamailio (5.6.3)' })],
      'sip-device',
      'medium',
      null,
    ],
    ['what keeps silent', [sip(), tcp(389)], 'unnamed-sip', 'low', null],
  ])('%s', (_, evidence, kind, certainty, version) => {
    expect(classify(evidence)).toMatchObject({ kind, certainty, version });
    expect(classify(evidence.toReversed())).toMatchObject({ kind, certainty, version });
  });

  test.each<[string, Evidence[]]>([
    ['a printer', [web({ title: 'Printer' }), tcp(80)]],
    ['a directory server', [tcp(389), tcp(636), tcp(443)]],
    ['one open port', [tcp(7001)]],
    ['a network card alone', [card('08:00:0f:00:00:01')]],
    ['an answer to SNMP of another make', [snmp('Linux box', '1.3.6.1.4.1.8072.3.2.10')]],
    ['nothing', []],
  ])('not named: %s', (_, evidence) => {
    expect(classify(evidence)).toBeUndefined();
  });

  test('two products on one machine that cannot be: named, but not believed', () => {
    const evidence = [
      sip({ userAgent: 'Mitel-3300-ICP 8.0' }),
      greeting('220-Welcome to the Ascotel FTP server'),
      tcp(1752),
    ];
    expect(classify(evidence)).toMatchObject({ certainty: 'low', notes: [expect.stringContaining('contradicts')] });
  });

  test('every rule has an id of its own, and a banner that is missing takes nothing from what else is known', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    const without = classify([snmp(MIVB), tcp(1752)]);
    expect(classify([snmp(MIVB), tcp(1752), sip()])?.score).toBe(without?.score);
  });

  test('whatever the network says, judging it neither throws nor hangs, and a score is from 0 to 1', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.constantFrom('Mitel-3300-ICP', 'a '.repeat(2000), '0_1-2', MIVB),
    );
    const anything = fc.array(
      fc.oneof(
        fc.record({ userAgent: text, server: text, toTag: text }).map(sip),
        fc.tuple(text, text).map(([description, id]) => snmp(description, id)),
        fc.record({ title: text, location: text, realm: text }).map(web),
        text.map((issuer) => certificate(issuer)),
        text.map(greeting),
        fc.integer({ min: 1, max: 65_535 }).map((port) => tcp(port)),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(anything, (evidence) => {
        const score = classify(evidence)?.score ?? 0;
        expect(evidence.every((one) => describeEvidence(one).length > 0)).toBe(true);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });
});

describe('one machine is one candidate', () => {
  const B = '192.0.2.12';
  const candidates = (...evidence: Evidence[]) => {
    const board = new CandidateBoard();
    for (const one of evidence) board.add(one);
    return board.changes().candidates.map(({ addresses, kind }) => `${kind} ${addresses.join('+')}`);
  };
  const pbx = (address: string) => [sip({ address, userAgent: 'Mitel-3300-ICP 8.0' }), tcp(1752, address)];
  const engine = (engineId: string, address: string): Evidence => ({
    signal: 'snmp',
    address,
    port: 161,
    sysDescr: MIVB,
    engineId,
  });

  test.each<[string, Evidence[], string[]]>([
    [
      'the same certificate',
      [...pbx(A), certificate('CN=x', 'AA'), certificate('CN=x', 'AA', B)],
      [`mivoice-business ${A}+${B}`],
    ],
    ['the same host key', [...pbx(B), ...pbx(A), hostKey('k'), hostKey('k', B)], [`mivoice-business ${A}+${B}`]],
    ['the same SNMP engine', [engine('e1', A), engine('e1', B)], [`mivoice-business ${A}+${B}`]],
    [
      'one wildcard certificate on two machines with host keys of their own',
      [...pbx(A), ...pbx(B), certificate('CN=x'), certificate('CN=x', 'AA', B), hostKey('k1'), hostKey('k2', B)],
      [`mivoice-business ${A}`, `mivoice-business ${B}`],
    ],
    [
      'copies of a virtual machine with engines of their own',
      [engine('e1', A), engine('e2', B), hostKey('k'), hostKey('k', B)],
      [`mivoice-business ${A}`, `mivoice-business ${B}`],
    ],
    [
      'one certificate on a PBX and a border gateway',
      [
        ...pbx(A),
        sip({ address: B, server: 'Mitel Border GW/4.0' }),
        certificate('CN=x'),
        certificate('CN=x', 'AA', B),
      ],
      [`mivoice-business ${A}`, `mitel-border-gateway ${B}`],
    ],
    ['nothing in common', [...pbx(A), ...pbx(B)], [`mivoice-business ${A}`, `mivoice-business ${B}`]],
  ])('%s', (_, evidence, expected) => {
    expect(candidates(...evidence)).toEqual(expected);
  });

  test('a candidate comes again only when more is known, and goes when it joins another', () => {
    const board = new CandidateBoard();
    const add = (...evidence: Evidence[]) => {
      for (const one of evidence) board.add(one);
      const { candidates, gone } = board.changes();
      return { shown: candidates.map(({ id }) => id), gone };
    };
    expect(add(...pbx(A), certificate('CN=x'))).toEqual({ shown: [A], gone: [] });
    expect(add(...pbx(B))).toEqual({ shown: [B], gone: [] });
    expect(add()).toEqual({ shown: [], gone: [] });
    expect(add(certificate('CN=x', 'AA', B))).toEqual({ shown: [A], gone: [B] });
  });
});

describe('parsers of what the system and the agent print', () => {
  test('the neighbour table: only neighbours that answered, makers by their prefix', () => {
    const table = `IP address       HW type     Flags       HW address            Mask     Device
192.0.2.11       0x1         0x2         08:00:0F:12:34:56     *        eth0
192.0.2.12       0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.13       0x1         0x2         52:54:00:12:34:56     *        eth0
rubbish
192.0.2.14       0x1         0x2         08:00`;
    expect(parseArpTable(table)).toEqual([
      { signal: 'arp', address: '192.0.2.11', mac: '08:00:0f:12:34:56', vendor: 'Mitel Corporation' },
      { signal: 'arp', address: '192.0.2.13', mac: '52:54:00:12:34:56' },
    ]);
  });

  test('a system description is read in any order', () => {
    const parts = MIVB.split(';');
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: parts.length }), (shuffled) => {
        expect(Object.fromEntries(parseSysDescr(shuffled.join(';')))).toEqual(Object.fromEntries(parseSysDescr(MIVB)));
      }),
    );
    expect(parseSysDescr('Linux box 6.1; built: today').size).toBe(0);
  });
});
