/** Where a search may go, how fast, and that it ends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { discover } from '#pbx-adapters/discovery/discover.ts';
import {
  addressesOf,
  countOf,
  isInside,
  onLink,
  ownNetworks,
  parseCidr,
  scopeOf,
  toAddress,
  toNumber,
} from '#pbx-adapters/discovery/targets.ts';
import { Slots, TokenBucket } from '#pbx-adapters/discovery/traffic.ts';

const card = (address: string, netmask: string, internal = false) => ({
  address,
  netmask,
  internal,
  family: 'IPv4' as const,
  mac: '',
  cidr: null,
});
const own = (...cards: ReturnType<typeof card>[]) => ownNetworks({ eth0: cards });

describe('ranges', () => {
  test.each([
    ['192.0.2.0/24', '192.0.2.1', '192.0.2.254'],
    ['192.0.2.77/24', '192.0.2.1', '192.0.2.254'],
    ['192.0.2.4/30', '192.0.2.5', '192.0.2.6'],
    ['192.0.2.4/31', '192.0.2.4', '192.0.2.5'],
    ['192.0.2.9', '192.0.2.9', '192.0.2.9'],
    ['127.0.0.1/32', '127.0.0.1', '127.0.0.1'],
  ])('%s is %s to %s', (cidr, first, last) => {
    const range = parseCidr(cidr);
    expect([toAddress(range.first), toAddress(range.last)]).toEqual([first, last]);
  });

  test.each([
    '',
    'pbx',
    '192.0.2.0/33',
    '192.0.2/24',
    '300.0.0.1',
    '0.0.0.0/8',
    '224.0.0.0/24',
    '255.255.255.255',
    '192.0.2.0/24; rm',
    '::1',
  ])('"%s" is refused', (text) => {
    expect(() => parseCidr(text)).toThrow(expect.objectContaining({ code: 'discovery.bad-range' }));
  });

  test('4,096 addresses are the most, counted once where ranges overlap', () => {
    expect(countOf(scopeOf(['10.0.0.0/20', '10.0.1.0/24'], []).ranges)).toBe(4094);
    expect(() => scopeOf(['10.0.0.0/20', '10.1.0.0/29'], [])).toThrow(
      expect.objectContaining({ code: 'discovery.too-many-addresses' }),
    );
    expect(() => scopeOf(['10.0.0.0/8'], [])).toThrow(
      expect.objectContaining({ code: 'discovery.too-many-addresses' }),
    );
  });

  test('the same addresses come out once each, whatever the ranges, and none that was not asked for', () => {
    const cidr = fc
      .tuple(fc.nat(1023), fc.integer({ min: 24, max: 32 }))
      .map(([offset, prefix]) => `${toAddress(toNumber('10.9.0.0') + offset)}/${prefix}`);
    fc.assert(
      fc.property(fc.array(cidr, { minLength: 1, maxLength: 5 }), (cidrs) => {
        const { ranges } = scopeOf(cidrs, []);
        const found = [...addressesOf(ranges)];
        const wanted = new Set(cidrs.flatMap((text) => [...addressesOf([parseCidr(text)])]));
        expect(new Set(found)).toEqual(wanted);
        expect(found).toHaveLength(wanted.size);
        expect(found.every((address) => isInside(ranges, address))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('without ranges the own networks, of a wide one the /22 around us, and never loopback', () => {
    const scope = scopeOf(undefined, own(card('10.20.33.7', '255.255.0.0'), card('127.0.0.1', '255.0.0.0', true)));
    expect(scope.ranges.map(({ cidr }) => cidr)).toEqual(['10.20.32.0/22']);
    expect(scope.notes).toEqual([expect.stringContaining('10.20.33.7/16')]);
    expect(() => scopeOf(undefined, own(card('169.254.1.1', '255.255.0.0')))).toThrow(
      expect.objectContaining({ code: 'discovery.no-network' }),
    );
  });

  test('on the link is what the own networks hold, but for ourselves', () => {
    const networks = own(card('192.0.2.1', '255.255.255.0'));
    expect(onLink(networks, '192.0.2.9')).toBeDefined();
    expect(onLink(networks, '192.0.2.1')).toBeUndefined();
    expect(onLink(networks, '198.51.100.9')).toBeUndefined();
  });
});

describe('the limit of the rate', () => {
  /** A clock that stands still but for the waits. */
  function still() {
    const clock = { at: 0, now: () => clock.at, wait: async (ms: number) => void (clock.at += ms) };
    return clock;
  }
  const never = new AbortController().signal;

  test('never more than the burst and the rate together, in any second', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(400), { minLength: 50, maxLength: 300 }), async (pauses) => {
        const clock = still();
        const bucket = new TokenBucket({ perSecond: 200, burst: 10, ticker: clock });
        const sent: number[] = [];
        for (const pause of pauses) {
          if (pause > 300) clock.at += pause;
          await bucket.take(never);
          sent.push(clock.at);
        }
        for (const [i, from] of sent.entries()) {
          const within = sent.slice(i).filter((at) => at < from + 1000).length;
          expect(within).toBeLessThanOrEqual(210);
        }
        expect(bucket.taken).toBe(pauses.length);
      }),
      { numRuns: 30 },
    );
  });

  test('who has stopped is not let through', async () => {
    const bucket = new TokenBucket({ perSecond: 200, burst: 1, ticker: still() });
    await expect(bucket.take(AbortSignal.abort())).rejects.toThrow(/abort/i);
    expect(bucket.taken).toBe(0);
  });

  test('slots: never more at once than there are, and a failure gives its slot back', async () => {
    const slots = new Slots(2);
    let now = 0;
    let most = 0;
    const work = async (fails: boolean) => {
      now += 1;
      most = Math.max(most, now);
      await Promise.resolve();
      now -= 1;
      if (fails) throw new Error('no');
    };
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => slots.use(() => work(i % 3 === 0))));
    expect(most).toBe(2);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(7);
  });
});

describe('a search', () => {
  const ports = {
    tcp: [9],
    sipUdp: [9],
    sipTcp: [],
    sipTls: [],
    http: [],
    https: [],
    tls: [],
    ssh: [],
    greeting: [],
    snmp: 9,
  };

  test('ends at its time limit with what it knows, and says so', async () => {
    const notes: string[] = [];
    for await (const event of discover(
      { cidrs: ['127.9.0.0/24'], ports, rate: 20, limitMs: 300, interfaces: {} },
      new AbortController().signal,
    )) {
      if (event.kind === 'note') notes.push(event.note);
    }
    expect(notes).toContainEqual(expect.stringContaining('time limit'));
  });

  test('ends when its reader leaves', async () => {
    const started = performance.now();
    for await (const event of discover(
      { cidrs: ['127.9.0.0/22'], ports, interfaces: {} },
      new AbortController().signal,
    )) {
      if (event.kind === 'progress') break;
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('refuses a range before anything is sent', async () => {
    const search = discover({ cidrs: ['10.0.0.0/8'], interfaces: {} }, new AbortController().signal);
    await expect(search.next()).rejects.toMatchObject({ code: 'discovery.too-many-addresses' });
  });
});
