import { setTimeout as sleep } from 'node:timers/promises';
import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { InFlight } from '#connector/bus/in-flight.ts';
import { ownSubscription, ownUpTopic } from '#connector/bus/topic-rule.ts';
import { topics } from '#contract/topics.ts';

describe('the topic rule', () => {
  const own = { account: ulid(), gateway: ulid() };
  const foreign = { account: ulid(), gateway: ulid() };
  const id = ulid();

  it.each([
    topics.conn(own),
    topics.event(own),
    topics.state(own, 'health'),
    topics.users(own, id, 3),
    topics.result(own, id),
  ])('lets a gateway publish to %s', (topic) => {
    expect(ownUpTopic(own, topic)).toMatchObject(own);
  });

  it.each([
    topics.want(own),
    topics.command(own, id),
    topics.ack(own),
    topics.ask(own),
    topics.event(foreign),
    topics.event({ ...own, gateway: foreign.gateway }),
    topics.event({ ...own, account: foreign.account }),
    `${topics.event(own)}/`,
    `/${topics.event(own)}`,
    topics.event(own).toLowerCase(),
    '$SYS/any',
    '',
  ])('keeps a gateway from publishing to "%s"', (topic) => {
    expect(ownUpTopic(own, topic)).toBeUndefined();
  });

  it('lets a gateway subscribe to all that is sent to it, and to nothing else', () => {
    expect(ownSubscription(own, topics.allDown(own))).toBe(true);
    for (const filter of [
      '#',
      topics.allDown(foreign),
      `demarc/1/${own.account}/+/down/#`,
      `demarc/1/${own.account}/${own.gateway}/#`,
    ]) {
      expect(ownSubscription(own, filter)).toBe(false);
    }
  });
});

describe('the bound on what is in flight', () => {
  it('runs at most so many at once, in order, and is idle afterwards', async () => {
    const bound = new InFlight(3);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const all = Array.from({ length: 20 }, (_, n) =>
      bound.run(async () => {
        begun.push(n);
        running += 1;
        most = Math.max(most, running);
        await sleep(n % 4);
        running -= 1;
        if (n % 5 === 0) throw new Error('this one failed');
        return n;
      }),
    );
    const settled = Promise.allSettled(all);
    await bound.idle();
    expect(running).toBe(0);
    expect(most).toBe(3);
    expect(begun).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(4);
    await bound.idle();
  });
});
