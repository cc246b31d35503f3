import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { SupervisionRule } from '#contract/trunks.ts';
import { askOptions } from '#sip-trunks/supervise/ask-options.ts';
import { Supervisor, type WatchedEnd } from '#sip-trunks/supervise/supervisor.ts';
import { TimerWheel } from '#sip-trunks/supervise/timer-wheel.ts';
import { SipTaps, type TappedMessage } from '#sip-trunks/trace/tap.ts';

/** A wheel whose time the test moves. */
function movedWheel() {
  let now = 0;
  const wheel = new TimerWheel({ tickMs: 100, now: () => now });
  return {
    wheel,
    pass: (ms: number) => {
      for (const end = now + ms; now < end; ) {
        now += 100;
        wheel.turn();
      }
    },
    jump: (ms: number) => {
      now += ms;
      wheel.turn();
    },
  };
}

describe('the wheel', () => {
  test('runs each wait once and not before its time, also beyond one revolution', () => {
    const { wheel, pass } = movedWheel();
    const ran: number[] = [];
    for (const ms of [50, 1000, 51_200, 60_000]) wheel.after(ms, () => ran.push(ms));
    pass(900);
    expect(ran).toEqual([50]);
    pass(100);
    expect(ran).toEqual([50, 1000]);
    pass(50_100);
    expect(ran).toEqual([50, 1000]);
    pass(100);
    expect(ran).toEqual([50, 1000, 51_200]);
    pass(8800);
    expect(ran).toEqual([50, 1000, 51_200, 60_000]);
    pass(200_000);
    expect(ran).toHaveLength(4);
  });

  test('what was taken out does not run, and a machine that slept makes up for each wait once', () => {
    const { wheel, jump } = movedWheel();
    let ran = 0;
    wheel.after(500, () => (ran += 1));
    wheel.after(500, () => (ran += 10))();
    jump(3_600_000);
    expect(ran).toBe(1);
    wheel.stop();
  });
});

const end = (key: string, more: Partial<WatchedEnd> = {}): WatchedEnd => ({
  key,
  trunk: key,
  host: '127.0.0.1',
  port: 5060,
  transport: 'udp',
  rule: SupervisionRule.parse({ everySeconds: 30 }),
  ...more,
});

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('a new list forgets, keeps and begins anew by what each end is', async () => {
  const { wheel, pass } = movedWheel();
  const asked: string[] = [];
  const supervisor = new Supervisor({
    ask: async ({ key }) => {
      asked.push(key);
      return { at: 0, answered: true, status: 200, reason: 'OK', roundTripMs: 1 };
    },
    onResult: () => undefined,
    onError: () => undefined,
    random: () => 0,
    wheel,
  });
  supervisor.watch([end('a'), end('b'), end('c')]);
  pass(200);
  await settle();
  expect(asked.sort()).toEqual(['a', 'b', 'c']);
  supervisor.watch([end('a'), end('b', { port: 5062 })]);
  expect(supervisor.list().map(({ end: { key }, state }) => [key, state.last !== null])).toEqual([
    ['a', true],
    ['b', false],
  ]);
  await supervisor.stop();
});

test('no more than its bound are asked at once, and all get their turn', async () => {
  const { wheel, pass } = movedWheel();
  let now = 0;
  let most = 0;
  const asked = new Set<string>();
  const supervisor = new Supervisor({
    ask: async ({ key }) => {
      now += 1;
      most = Math.max(most, now);
      asked.add(key);
      await settle();
      now -= 1;
      return { at: 0, answered: false, failure: 'timeout', detail: '' };
    },
    onResult: () => undefined,
    onError: () => undefined,
    random: () => 0,
    wheel,
    atOnce: 4,
  });
  supervisor.watch(Array.from({ length: 50 }, (_, index) => end(`t${index}`)));
  pass(200);
  for (let turn = 0; turn < 40; turn += 1) await settle();
  expect([most, asked.size]).toEqual([4, 50]);
  await supervisor.stop();
});

/** A peer that answers each OPTIONS as the test says. */
async function peer(answer: (request: string, count: number) => string | undefined) {
  const socket = createSocket('udp4');
  let count = 0;
  socket.on('message', (bytes, from) => {
    count += 1;
    const reply = answer(bytes.toString('latin1'), count);
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    [Symbol.asyncDispose]: async () => {
      socket.close();
    },
  };
}

const reply = (request: string, line: string) => {
  const kept = request.split('\r\n').filter((one) => /^(via|from|to|call-id|cseq):/i.test(one));
  return [`SIP/2.0 ${line}`, ...kept, 'Content-Length: 0', '', ''].join('\r\n');
};

function ask(port: number, limitMs = 2000, tap = new SipTaps()) {
  let token = 0;
  return askOptions({
    target: { transport: 'udp', address: '127.0.0.1', port },
    trunk: 't1',
    limitMs,
    signal: new AbortController().signal,
    newToken: () => `token${(token += 1)}`,
    now: () => 1000,
    tap,
  });
}

describe('one question', () => {
  test('keeps code and the peer’s own reason phrase, and shows the tap what went over the wire', async () => {
    await using busy = await peer((request) => reply(request, '503 Trunk concurrent call limit exceeded'));
    const taps = new SipTaps();
    const seen: TappedMessage[] = [];
    taps.listen((message) => seen.push(message));
    expect(await ask(busy.port, 2000, taps)).toMatchObject({
      at: 1000,
      answered: true,
      status: 503,
      reason: 'Trunk concurrent call limit exceeded',
    });
    expect(seen.map(({ direction, trunk, remote }) => [direction, trunk, remote.port])).toEqual([
      ['sent', 't1', busy.port],
      ['received', 't1', busy.port],
    ]);
  });

  test('is sent again over UDP, and what belongs to another request is no answer', async () => {
    await using lossy = await peer((request, count) =>
      count === 1 ? reply(request, '200 OK').replace(/token\d/g, 'other') : reply(request, '200 OK'),
    );
    expect(await ask(lossy.port)).toMatchObject({ answered: true, status: 200 });
  });

  test('says how it failed: nobody there, silence, garbage', async () => {
    await using mute = await peer(() => undefined);
    await using garbage = await peer(() => 'SSH-2.0-nothing of SIP at all\r\n\r\n');
    const gone = await peer(() => undefined);
    const { port } = gone;
    await gone[Symbol.asyncDispose]();
    expect(await ask(port)).toMatchObject({ answered: false, failure: 'refused' });
    expect(await ask(mute.port, 300)).toMatchObject({ answered: false, failure: 'timeout' });
    expect(await ask(garbage.port, 300)).toMatchObject({ answered: false });
  });
});
