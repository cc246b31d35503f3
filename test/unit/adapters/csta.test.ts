/** A CSTA link against the lab's service: starting, sessions, device lists, and every way of going wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CstaSession } from '#pbx-adapters/channels/csta/session.ts';
import { CstaAccess } from '#pbx-adapters/channels/csta/settings.ts';
import { createLoginGuard, type LoginGuard } from '#pbx-adapters/login-guard.ts';
import type { CstaNasty } from '#test/lab/office-400/csta-devices.ts';
import { startCsta } from '#test/lab/office-400/csta-server.ts';

const devices = Array.from({ length: 350 }, (_, at) => ({
  number: String(1000 + at),
  category: 'station',
  model: at % 2 === 0 ? 'Büro' : 'Desk',
}));
const numbers = devices.map((device) => device.number);

async function service(nasty: CstaNasty = {}) {
  const lab = await startCsta({ devices, nasty });
  return { lab, [Symbol.asyncDispose]: () => lab.stop() };
}

const guardOf = (): LoginGuard & { saved: number[] } => {
  const saved: number[] = [];
  const save = async ({ refusals }: { refusals: number }) => void saved.push(refusals);
  return { ...createLoginGuard({ fingerprint: 'a', state: undefined, save }), saved };
};

type Lab = Awaited<ReturnType<typeof startCsta>>;
const open = (lab: Pick<Lab, 'host' | 'port'>, more: object = {}, loginGuard: LoginGuard = guardOf()) => {
  const { host, port } = lab;
  const access = CstaAccess.parse({ host, port, greetingMs: 60, operationMs: 400, ...more });
  return CstaSession.open(access, { signal: AbortSignal.timeout(10_000), loginGuard });
};

async function list(link: CstaSession, signal = AbortSignal.timeout(10_000)) {
  const found: string[] = [];
  for await (const segment of link.devices(signal)) found.push(...segment.map((device) => device.id));
  return found;
}

describe('starting', () => {
  it('a PBX that greets is answered and registered with, and needs no session', async () => {
    await using pbx = await service({ greet: ['initializing', 'enabled'] });
    await using link = await open(pbx.lab);
    expect(await list(link)).toEqual(numbers);
    expect(pbx.lab.received).toEqual([
      'SystemStatusResponse',
      'SystemStatusResponse',
      'SystemRegister',
      'RequestSystemStatus',
      'GetSwitchingFunctionDevices',
    ]);
  });

  it('a PBX that says nothing is asked for a session, which is ended in order', async () => {
    await using pbx = await service({ sessionWanted: true });
    const link = await open(pbx.lab);
    expect(await list(link)).toEqual(numbers);
    expect(pbx.lab.sessions).toBe(1);
    await link.close();
    await expect.poll(() => pbx.lab.sessions).toBe(0);
    expect(pbx.lab.received.at(-1)).toBe('StopApplicationSession');
  });

  it.each<[string, CstaNasty]>([
    ['declines sessions', { refuse: { StartApplicationSession: '<operation>serviceNotSupported</operation>' } }],
    ['does not answer a wish for a session', { hangAt: 'StartApplicationSession' }],
    ['declines to tell its status', { refuse: { RequestSystemStatus: '<operation>generic</operation>' } }],
    ['cannot choose devices by category', { noCategories: true }],
    ['has no registration', { greet: ['normal'], refuse: { SystemRegister: '<security>generic</security>' } }],
  ])('a PBX that %s works as well', async (_what, nasty) => {
    await using pbx = await service(nasty);
    await using link = await open(pbx.lab);
    expect(await list(link)).toEqual(numbers);
  });

  it('no session is asked for where the settings say so', async () => {
    await using pbx = await service();
    await using _link = await open(pbx.lab, { session: 'never' });
    expect(pbx.lab.received).toEqual(['RequestSystemStatus']);
  });

  it.each(['disabled', 'initializing'])('a PBX that is %s is not ready', async (status) => {
    await using pbx = await service({ greet: [status] });
    await expect(open(pbx.lab)).rejects.toMatchObject({ code: 'csta.not-ready', detail: status });
  });
});

describe('sessions', () => {
  const login = { user: 'demarc', password: 'p<&>w' };

  it('are opened with the log-in', async () => {
    await using pbx = await service({ sessionWanted: true, login });
    await using link = await open(pbx.lab, login);
    expect(await list(link)).toHaveLength(350);
  });

  it('a refused log-in is counted, and after two there is no third', async () => {
    await using pbx = await service({ login });
    const guard = guardOf();
    for (const code of ['pbx.bad-credentials', 'pbx.bad-credentials', 'pbx.login-stopped', 'pbx.login-stopped']) {
      await expect(open(pbx.lab, { ...login, password: 'wrong' }, guard)).rejects.toMatchObject({ code });
    }
    expect(guard.saved).toEqual([1, 2]);
    expect(pbx.lab.received.filter((name) => name === 'StartApplicationSession')).toHaveLength(2);
  });

  it('that the licence does not allow are no refused log-in', async () => {
    await using pbx = await service({ login, maxSessions: 1 });
    await using _first = await open(pbx.lab, login);
    const guard = guardOf();
    await expect(open(pbx.lab, login, guard)).rejects.toMatchObject({ code: 'csta.session-limit' });
    expect(guard.saved).toEqual([]);
  });

  it.each([
    ['<definedError>serverResourcesBusy</definedError>', 'csta.busy'],
    ['<definedError>invalidApplicationInfo</definedError>', 'csta.session-refused'],
    ['<applError>own words</applError>', 'csta.session-refused'],
  ])('refused with %s', async (error, code) => {
    await using pbx = await service({ sessionRefusal: error });
    await expect(open(pbx.lab)).rejects.toMatchObject({ code });
  });

  it('are renewed at half their time', async () => {
    await using pbx = await service({ sessionWanted: true, sessionSeconds: 2 });
    await using link = await open(pbx.lab);
    await sleep(2600);
    expect(pbx.lab.received.filter((name) => name === 'ResetApplicationSessionTimer')).toHaveLength(2);
    expect(await list(link)).toHaveLength(350);
  });

  it('that are not renewed, or ended by the PBX, end the link with that reason', async () => {
    await using refused = await service({ sessionSeconds: 2, noRenewal: true });
    await using first = await open(refused.lab);
    await using ended = await service({ sessionSeconds: 1, hangAt: 'ResetApplicationSessionTimer' });
    await using second = await open(ended.lab, { operationMs: 5000 });
    await sleep(1300);
    await expect(list(first)).rejects.toMatchObject({
      code: 'csta.session-ended',
      detail: 'serverCannotResetSessionTimer',
    });
    await expect(list(second)).rejects.toMatchObject({ code: 'csta.session-ended', detail: 'sessionTimerExpired' });
  });
});

describe('the device list', () => {
  it.each<[string, CstaNasty]>([
    ['in frames that are split into a few bytes', { split: 7, segmentSize: 200 }],
    ['in frames that are split oddly', { split: 997 }],
    ['in frames that come together', { coalesce: true }],
    ['in segments of more than 32,767 bytes', { segmentSize: 200 }],
    ['in segments without numbers', { noSegmentIds: true }],
    ['in segments without a reference', { noReference: true }],
    ['in segments that overtake the answer', { segmentsFirst: true }],
    ['with a segment that comes twice', { repeatSegment: 2 }],
    ['with prefixes outside and a namespace inside', { dialect: 'prefixed' }],
    ['with a misspelt namespace', { dialect: 'misspelt' }],
    ['with slow answers', { slowMs: 100 }],
    ['with events, other lists and questions in between', { chatter: true, noSegmentIds: true }],
    ['with all of it', { chatter: true, split: 13, dialect: 'prefixed', segmentsFirst: true, repeatSegment: 1 }],
  ])('%s is read whole', async (_what, nasty) => {
    await using pbx = await service(nasty);
    await using link = await open(pbx.lab, { operationMs: 8000 });
    expect(await list(link)).toEqual(numbers);
  });

  it('questions of the PBX are answered, also those that nobody knows', async () => {
    await using pbx = await service({ chatter: true });
    await using link = await open(pbx.lab);
    await list(link);
    // Five parts (the answer and four segments), each after a status and an unknown request.
    await expect.poll(() => pbx.lab.answered).toBe(10);
    // Events and stray answers get none, also not a later one.
    await sleep(50);
    expect(pbx.lab.answered).toBe(10);
  });

  it('tells category and model where the PBX does', async () => {
    await using pbx = await service({ dialect: 'prefixed' });
    await using link = await open(pbx.lab);
    for await (const [first] of link.devices(AbortSignal.timeout(2000))) {
      expect(first).toEqual({ id: '1000', category: 'station', model: 'Büro' });
      return;
    }
    expect.unreachable();
  });

  it('can be read again on the same link', async () => {
    await using pbx = await service();
    await using link = await open(pbx.lab);
    expect(await list(link)).toEqual(await list(link));
  });

  it.each<[string, CstaNasty, string]>([
    ['hangs at once', { hangAt: 'GetSwitchingFunctionDevices' }, 'pbx.timeout'],
    ['hangs before the first segment', { hangAfter: 0 }, 'pbx.timeout'],
    ['hangs in the middle', { hangAfter: 2 }, 'pbx.truncated'],
    ['cuts the connection before the first segment', { dropAfter: 0 }, 'pbx.unreachable'],
    ['cuts the connection in the middle', { dropAfter: 2 }, 'pbx.truncated'],
    ['loses the first segment', { loseSegment: 1 }, 'pbx.truncated'],
    ['loses a segment in the middle', { loseSegment: 2 }, 'pbx.truncated'],
    ['loses the last segment', { loseSegment: 4 }, 'pbx.truncated'],
    [
      'is out of licences',
      refusing('<systemResourceAvailibility>overallMonitorLimitExceeded</systemResourceAvailibility>'),
      'csta.limit',
    ],
    ['has no such service', refusing('<operation>serviceNotSupported</operation>'), 'csta.not-offered'],
    ['allows nothing', refusing('<security>securityViolation</security>'), 'csta.no-access'],
    ['claims a length of 3', { lie: { GetSwitchingFunctionDevices: 3 } }, 'csta.protocol'],
    ['claims a length that is too short', { lie: { GetSwitchingFunctionDevices: 60 } }, 'csta.protocol'],
    ['claims a length that is huge', { lie: { GetSwitchingFunctionDevices: 65_535 } }, 'csta.protocol'],
    ['claims more than comes', { lie: { GetSwitchingFunctionDevices: 65_535 }, hangAfter: 0 }, 'pbx.timeout'],
    ['sends what is no XML', { instead: 'no XML' }, 'csta.protocol'],
    ['sends an entity bomb', { instead: '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>' }, 'csta.protocol'],
    ['sends deep XML', { instead: '<a>'.repeat(5000) + '</a>'.repeat(5000) }, 'csta.protocol'],
  ])('a PBX that %s', async (_what, nasty, code) => {
    await using pbx = await service(nasty);
    await using link = await open(pbx.lab);
    await expect(list(link)).rejects.toMatchObject({ code });
  });

  it('is given up at once when it is canceled', async () => {
    await using pbx = await service({ hangAfter: 1 });
    await using link = await open(pbx.lab, { operationMs: 60_000 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await expect(list(link, stop.signal)).rejects.toMatchObject({ code: 'pbx.canceled' });
  });

  it('a reader who stops early leaves the link usable', async () => {
    await using pbx = await service();
    await using link = await open(pbx.lab);
    for await (const _segment of link.devices(AbortSignal.timeout(2000))) break;
    expect(await link.manufacturer(AbortSignal.timeout(2000))).toBe('Lab & Söhne');
  });
});

describe('errors of the PBX', () => {
  it.each([
    ['<operation>invalidDeviceID</operation>', 'csta.refused', 'operation = invalidDeviceID'],
    ['<operation>privilegeViolationSpecifiedDevice</operation>', 'csta.no-access', 'privilegeViolationSpecifiedDevice'],
    ['<stateIncompatibility>generic</stateIncompatibility>', 'csta.wrong-state', 'stateIncompatibility = generic'],
    ['<systemResourceAvailibility>resourceBusy</systemResourceAvailibility>', 'csta.busy', 'resourceBusy'],
    ['<systemResourceAvailability>generic</systemResourceAvailability>', 'csta.busy', 'systemResourceAvailability'],
    ['<subscribedResourceAvailability>generic</subscribedResourceAvailability>', 'csta.limit', 'generic'],
    ['<performanceManagement>generic</performanceManagement>', 'csta.busy', 'performanceManagement = generic'],
    ['<security>generic</security>', 'csta.no-access', 'security = generic'],
    ['<privateErrorCode>E 17</privateErrorCode>', 'csta.refused', 'privateErrorCode = E 17'],
    ['<privateData><private>x</private></privateData>', 'csta.refused', 'privateData = private'],
    ['<unspecified/>', 'csta.refused', 'unspecified'],
    ['<toString>x</toString>', 'csta.refused', 'toString = x'],
    ['<operation><generic/></operation>', 'csta.refused', 'operation = generic'],
    ['', 'csta.refused', 'no reason given'],
  ])('%s', async (content, code, detail) => {
    await using pbx = await service(refusing(content));
    await using link = await open(pbx.lab);
    await expect(list(link)).rejects.toMatchObject({ code, detail: expect.stringContaining(detail) });
  });
});

const refusing = (content: string): CstaNasty => ({ refuse: { GetSwitchingFunctionDevices: content } });
