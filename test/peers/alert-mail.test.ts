/** Mails of alerts, delivered to a real mail server: taken, refused, put off, encrypted, away. */
import { connect } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MailSettings } from '#config/connector-settings.ts';
import { AlertMetrics } from '#connector/alerts/alert-metrics.ts';
import { Deliveries, enqueue, type TargetRow } from '#connector/alerts/deliveries.ts';
import { mailCarrier } from '#connector/alerts/mail.ts';
import { insertTarget } from '#connector/alerts/targets.ts';
import { Store } from '#connector/store/store.ts';
import { makeCertificates } from '#test/support/certificates.ts';
import { freePort, temporaryFolder, until } from '#test/support/program.ts';
import { hasSmtpSink, startSmtpSink } from '#test/support/smtp-sink.ts';

const FROM = 'Demarc <alerts@example.com>';
const settings = (port: number, more: Partial<MailSettings> = {}): MailSettings => ({
  host: '127.0.0.1',
  port,
  secure: false,
  from: FROM,
  ...more,
});
const CONTENT = JSON.stringify({ subject: 'Grüße: Gateway Graz is offline', text: 'Zeile eins\n.\nline three\n' });

const target = (address: string): TargetRow => ({
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  kind: 'mail',
  partner_id: 'p',
  account_id: null,
  name: 'Jürgen "Ops" Groß',
  name_lc: '',
  address,
  language: 'en',
  secret: null,
  enabled: 1,
  revision: 1,
  created_at: '',
  last_delivered_at: null,
  failing_since: null,
  failure: null,
  dropped: 0,
});
const send = (mail: MailSettings | undefined, address = 'ops@example.com') =>
  mailCarrier(mail)(
    target(address),
    { id: '01BX5ZZKBKACTAV9WEVGEMMVRZ', content: CONTENT },
    AbortSignal.timeout(20_000),
  );

describe.skipIf(!hasSmtpSink)('a mail server', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeEach(async () => {
    folder = await temporaryFolder('mail');
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  test('takes a mail with names and text as they were written', async () => {
    await using sink = await startSmtpSink({ folder: folder.path });
    expect(await send(settings(sink.port))).toContain('250');
    expect(await sink.mails()).toEqual([
      expect.objectContaining({
        to: ['ops@example.com'],
        from: 'alerts@example.com',
        subject: 'Grüße: Gateway Graz is offline',
        text: 'Zeile eins\n.\nline three\n',
        id: '<01BX5ZZKBKACTAV9WEVGEMMVRZ@demarc.127.0.0.1>',
        auto: 'auto-generated',
        tls: false,
      }),
    ]);
    expect((await sink.mails())[0]?.toHeader).toContain('Jürgen');
  });

  test('that refuses the address for good, or puts it off, is told apart', async () => {
    await using sink = await startSmtpSink({ folder: folder.path });
    await expect(send(settings(sink.port), 'refused@example.com')).rejects.toMatchObject({
      code: 'alert.mail-refused',
      detail: expect.stringContaining('No such mailbox here'),
    });
    await expect(send(settings(sink.port), 'later@example.com')).rejects.toMatchObject({ code: 'alert.mail-later' });
  });

  test.each(['starttls', 'tls'] as const)(
    'is spoken to over TLS (%s) and only when its certificate is trusted',
    async (mode) => {
      const certificate = await makeCertificates(folder.path);
      const login = { user: 'demarc', password: 'p%:@ss' };
      await using sink = await startSmtpSink({ folder: folder.path, mode, certificate, ...login });
      const mail = settings(sink.port, { secure: mode === 'tls', ...login });
      await expect(send(mail)).rejects.toMatchObject({ code: 'alert.mail-tls' });
      const usual = getCACertificates('default');
      setDefaultCACertificates([...usual, certificate.caPem]);
      try {
        await send(mail);
        await expect(send({ ...mail, password: 'wrong' })).rejects.toMatchObject({ code: 'alert.mail-login' });
      } finally {
        setDefaultCACertificates(usual);
      }
      expect((await sink.mails()).map(({ tls }) => tls)).toEqual([true]);
    },
  );

  test('that is away, or not set up, says what to do', async () => {
    const port = await freePort();
    await expect(send(settings(port))).rejects.toMatchObject({ code: 'alert.mail-unreachable' });
    await expect(send(undefined)).rejects.toMatchObject({ code: 'alert.mail-not-set-up' });
  });

  /** The queue in front of it, with a clock that the test moves. */
  async function queue(mail: MailSettings) {
    let now = Date.parse('2026-06-15T10:00:00.000Z');
    const clock = { now: () => now };
    const store = await Store.open({ path: ':memory:', clock });
    const log = pino({ level: 'silent' });
    const metrics = new AlertMetrics(new Registry(), store);
    const deliveries = new Deliveries({ store, clock, random: () => 0.5, log, carry: mailCarrier(mail), metrics });
    const contact = async (address: string): Promise<string> => {
      const id = address.slice(0, 4);
      const rest = { kind: 'mail', partner: 'p', account: null, language: 'en', secret: null, on: true } as const;
      await store.write((work) => insertTarget(work, { ...rest, id, name: id, address }, new Date(now).toISOString()));
      return id;
    };
    return {
      deliveries,
      contact,
      put: (id: string, ids: readonly string[]) =>
        store.write(async (work) => {
          for (const message of ids) await enqueue(work, { id }, { id: message, content: CONTENT }, now);
        }),
      later(ms: number) {
        now += ms;
        deliveries.wake();
      },
      waiting: () => store.db.selectFrom('alert_delivery').selectAll().execute(),
      status: (id: string) =>
        store.db.selectFrom('alert_target').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
      async [Symbol.asyncDispose]() {
        await deliveries.stop();
        await store.close();
      },
    };
  }

  test('that puts a mail off gets it again until it takes it, in order, and the contact shows both', async () => {
    await using sink = await startSmtpSink({ folder: folder.path });
    await using it = await queue(settings(sink.port));
    const id = await it.contact('later@example.com');
    await it.put(id, ['m1', 'm2']);
    it.deliveries.start();
    await until('the first failure is noted', 10_000, async () => (await it.status(id)).failing_since !== null);
    expect(JSON.parse((await it.status(id)).failure ?? '')).toMatchObject({
      code: 'alert.mail-later',
      nextStep: expect.stringContaining('tried again'),
    });
    it.later(30_000);
    await until('the second failure is noted', 10_000, async () => (await it.waiting())[0]?.attempts === 2);
    it.later(60_000);
    await until('the queue is empty', 10_000, async () => (await it.waiting()).length === 0);
    expect(await it.status(id)).toMatchObject({ failing_since: null, failure: null, dropped: 0 });
    expect((await it.status(id)).last_delivered_at).not.toBeNull();
    expect((await sink.mails()).map((mail) => mail.id)).toEqual(['<m1@demarc.127.0.0.1>', '<m2@demarc.127.0.0.1>']);
  });

  test('that is slow does not hold up a stop, and the mail stays in the queue', async () => {
    await using sink = await startSmtpSink({ folder: folder.path });
    await using it = await queue(settings(sink.port));
    const id = await it.contact('slow@example.com');
    await it.put(id, ['m1']);
    it.deliveries.start();
    await until('the server has the mail', 10_000, async () => (await sink.mails()).length === 1);
    const began = performance.now();
    await it.deliveries.stop();
    expect(performance.now() - began).toBeLessThan(400);
    expect(await it.waiting()).toMatchObject([{ id: 'm1', attempts: 0 }]);
    expect(await it.status(id)).toMatchObject({ failing_since: null });
  });

  test('that refuses a contact for good does not hold up the others', async () => {
    await using sink = await startSmtpSink({ folder: folder.path });
    await using it = await queue(settings(sink.port));
    const bad = await it.contact('refused@example.com');
    const good = await it.contact('good@example.com');
    await it.put(bad, ['m1']);
    await it.put(good, ['m2']);
    it.deliveries.start();
    await until('the queue is empty', 10_000, async () => (await it.waiting()).length === 0);
    expect(await it.status(bad)).toMatchObject({ dropped: 1, last_delivered_at: null });
    expect((await sink.mails()).flatMap(({ to }) => to)).toEqual(['good@example.com']);
  });

  test('that is down is waited for, and after a day the mail is given up and counted', async () => {
    const port = await freePort();
    await using it = await queue(settings(port));
    const id = await it.contact('good@example.com');
    await it.put(id, ['m1']);
    it.deliveries.start();
    await until('a failure is noted', 10_000, async () => (await it.status(id)).failing_since !== null);
    {
      await using sink = await startSmtpSink({ folder: folder.path, port });
      it.later(60_000);
      await until('it has arrived', 10_000, async () => (await sink.mails()).length === 1);
      await until('the queue is empty', 10_000, async () => (await it.waiting()).length === 0);
    }
    await until(
      'the server is gone',
      5000,
      () =>
        new Promise((resolve) => {
          const socket = connect(port, '127.0.0.1', () => {
            socket.destroy();
            resolve(false);
          });
          socket.once('error', () => resolve(true));
        }),
    );
    await it.put(id, ['m2']);
    it.later(24 * 3_600_000);
    await until('it was given up', 10_000, async () => (await it.status(id)).dropped === 1);
    expect(await it.waiting()).toEqual([]);
  });
});
