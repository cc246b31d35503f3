import { describe, expect, it } from 'vitest';
import { START, world } from './world.ts';

describe('births and wills', () => {
  it('a birth makes a gateway online and is answered with the wanted settings and what is committed', async () => {
    await using w = await world();
    await w.send(w.event(1));
    await w.settled();
    w.took('ack');
    await w.send(w.birth(1, 1, { records: 12 }));
    await w.settled();
    expect(await w.gateway()).toMatchObject({
      online: 1,
      boot: 1,
      conn: 1,
      version: '0.1.0',
      presence_reason: 'connected',
    });
    expect(w.published.find((message) => message.topic.endsWith('/down/want'))?.retain).toBe(true);
    expect(w.took('want')).toEqual([
      { version: 7, settings: { phonePolicy: 'Work', guard: { percent: 10, users: 50 }, country: 'DE', trunks: [] } },
    ]);
    expect(w.took('ack')).toEqual([{ upTo: 1 }]);
    expect(await w.events('gateway.online')).toHaveLength(1);
  });

  it('a will ends the connection that it belongs to', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1));
    w.clock.advance(5000);
    await w.send(w.will(1, 1, 'stopped'));
    expect(await w.gateway()).toMatchObject({
      online: 0,
      presence_reason: 'stopped',
      presence_since: w.clock.instant(),
      last_seen_at: w.clock.instant(),
    });
    expect(await w.events('gateway.offline')).toMatchObject([{ severity: 'warning' }]);
  });

  it.each([
    ['an older connection', 2, 1],
    ['an older start of the process', 1, 9],
  ])('a will of %s is ignored', async (_what, boot, conn) => {
    await using w = await world();
    await w.send(w.birth(2, 2), w.will(boot, conn));
    expect((await w.gateway()).online).toBe(1);
    expect(await w.events('gateway.offline')).toEqual([]);
  });

  it('a stale retained birth is ignored, and settles nothing', async () => {
    await using w = await world();
    await w.send(w.birth(2, 2), w.will(2, 2), w.birth(2, 1, { low: 50 }), w.birth(1, 7));
    expect(await w.gateway()).toMatchObject({ online: 0, acked_seq: 0 });
  });

  it('a late copy of a birth does not revive a connection that has ended', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1));
    await w.send(w.will(1, 1));
    await w.send(w.birth(1, 1));
    expect((await w.gateway()).online).toBe(0);
  });

  it('a birth that overtakes the will of the connection before it stays online', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1), w.birth(1, 2), w.will(1, 1));
    expect(await w.gateway()).toMatchObject({ online: 1, conn: 2 });
  });

  it('after a restart of the connector gateways are offline until their birth, retained copies included', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1));
    const seen = (await w.gateway()).last_seen_at;
    w.clock.advance(60_000);
    await w.ingest.start();
    expect(await w.gateway()).toMatchObject({
      online: 0,
      presence_reason: 'connector restarted',
      last_seen_at: seen,
    });
    await w.send(w.birth(1, 1));
    expect((await w.gateway()).online).toBe(1);
  });

  it('a connection that ends without a word makes the gateway offline, unless it has a newer one', async () => {
    await using w = await world();
    await w.send(w.birth(1, 1));
    w.connected.add(w.address.gateway);
    await w.ingest.disconnected(w.address, 'taken over');
    expect((await w.gateway()).online).toBe(1);
    w.connected.delete(w.address.gateway);
    w.clock.advance(1000);
    await w.ingest.disconnected(w.address, 'keep-alive missed');
    await w.ingest.disconnected(w.address, 'again');
    expect(await w.gateway()).toMatchObject({ online: 0, presence_reason: 'keep-alive missed' });
    expect(await w.events('gateway.offline')).toHaveLength(1);
    expect(Date.parse((await w.gateway()).presence_since ?? '')).toBe(START + 1000);
  });

  it('sends the account’s settings to each of its gateways when they change', async () => {
    await using w = await world();
    const other = await w.addGateway(w.address.account, 'Second');
    await w.addGateway(await w.addAccount('Stranger'), 'Third');
    await w.wants.toAccount(w.address.account);
    expect(new Set(w.published.map((message) => message.topic.split('/')[3]))).toEqual(
      new Set([w.address.gateway, other.gateway]),
    );
  });
});
