/** A trunk proven against Debian's Kamailio and a real telephone (baresip) behind it: log-in, faults, a call with audio. */
import { describe, expect, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { exchange } from '#sip-trunks/client/exchange.ts';
import { SipFlow } from '#sip-trunks/client/flow.ts';
import { registerRequest } from '#sip-trunks/client/requests.ts';
import { systemTimers } from '#sip-trunks/client/timers.ts';
import { startBaresip } from '#test/support/baresip.ts';
import { makeCertificates } from '#test/support/certificates.ts';
import { hasKamailio, startKamailio } from '#test/support/kamailio.ts';
import { hasProgram, temporaryFolder } from '#test/support/program.ts';
import { brief, called, newToken, verified } from '#test/support/trunk-proof.ts';

const right = { user: 'trunk', password: 'trunk-pass' };

describe.skipIf(!hasKamailio())('Kamailio as the far end', () => {
  test.each(['MD5', 'SHA-256'] as const)(
    'log-in by %s over UDP and TCP; a wrong password is tried no more than needed',
    async (algorithm) => {
      await using far = await startKamailio({ algorithm });
      for (const transport of ['udp', 'tcp'] as const) {
        const good = await verified({ port: far.port, transport, ...right });
        expect(good.get('far-end.register')).toMatchObject({
          status: 'warning',
          code: 'trunk.not-registered',
          detail: expect.stringContaining(`log-in by ${algorithm}`),
        });
        expect(JSON.stringify([...good.values()])).not.toMatch(/response=[^*]|trunk-pass/);
        const wrong = await verified({ port: far.port, transport, ...right, password: 'wrong' });
        expect(wrong.get('far-end.register')).toMatchObject({ status: 'error', code: 'trunk.credentials-refused' });
        expect(
          wrong.get('far-end.register')?.evidence.filter((line) => line.includes('REGISTER sip')).length,
        ).toBeLessThanOrEqual(3);
      }
      const none = await verified({ port: far.port, transport: 'udp', user: 'trunk' });
      expect(none.get('far-end.register')).toMatchObject({ code: 'trunk.credentials-missing' });
    },
    30_000,
  );

  test('a registration that is too brief is made with the lower limit of the far end (423), seen, and ended', async () => {
    await using far = await startKamailio({
      route:
        'if (is_method("REGISTER") && $hdr(Expires)=="5") { append_to_reply("Min-Expires: 90\\r\\n"); sl_send_reply("423","Interval Too Brief"); exit; }',
    });
    const target = { transport: 'tcp', address: '127.0.0.1', port: far.port } as const;
    using flow = await SipFlow.open(
      { target, timers: systemTimers, clock: systemClock, newToken },
      AbortSignal.timeout(5000),
    );
    const register = (expires: number) =>
      exchange({
        flow,
        request: registerRequest(flow, { user: 'trunk', domain: '127.0.0.1' }, expires),
        credentials: right,
        signal: AbortSignal.timeout(5000),
      });
    const made = await register(5);
    expect(made).toMatchObject({ status: 200 });
    expect(made.request.headers['expires']).toBe('90');
    expect((await verified({ port: far.port, transport: 'tcp', ...right })).get('far-end.register')).toMatchObject({
      status: 'ok',
    });
    expect(await register(0)).toMatchObject({ status: 200 });
    expect((await verified({ port: far.port, transport: 'tcp', ...right })).get('far-end.register')).toMatchObject({
      code: 'trunk.not-registered',
    });
  }, 20_000);

  test.each([
    [
      '503 with Retry-After',
      'append_to_reply("Retry-After: 7\\r\\n"); sl_send_reply("503","Trunk concurrent call limit exceeded"); exit;',
      'error trunk.overloaded',
      /concurrent call limit exceeded; it asks to wait 7 s/,
    ],
    [
      '302',
      'append_to_reply("Contact: <sip:198.51.100.9:5099>\\r\\n"); sl_send_reply("302","Moved Temporarily"); exit;',
      'warning trunk.redirected',
      /198\.51\.100\.9:5099/,
    ],
    ['403', 'sl_send_reply("403","Forbidden"); exit;', 'error trunk.forbidden', /403 Forbidden/],
    ['408', 'sl_send_reply("408","Request Timeout"); exit;', 'error trunk.timeout-remote', /408/],
    [
      '420',
      'append_to_reply("Unsupported: gin\\r\\n"); sl_send_reply("420","Bad Extension"); exit;',
      'error trunk.extension-required',
      /not supported: gin/,
    ],
    ['482', 'sl_send_reply("482","Loop Detected"); exit;', 'error trunk.loop', /482/],
    ['500', 'sl_send_reply("500","Server Error"); exit;', 'error trunk.peer-failed', /500/],
    ['501', 'sl_send_reply("501","Not Implemented"); exit;', 'warning trunk.options-unsupported', /501/],
    ['silence', 'exit;', 'error trunk.silent', /no final answer in time/],
  ])(
    'OPTIONS and %s',
    async (_, route, expected, detail) => {
      await using far = await startKamailio({ route });
      const steps = await called({ port: far.port, transport: 'udp' });
      expect(brief(steps)).toContain(`far-end.options ${expected}`);
      expect(steps.get('far-end.options')?.detail).toMatch(detail);
    },
    30_000,
  );

  test.each([
    [404, 'error trunk.number-refused'],
    [484, 'error trunk.number-refused'],
    [486, 'warning trunk.callee-busy'],
    [480, 'warning trunk.callee-busy'],
    [488, 'error trunk.media-refused'],
    [606, 'error trunk.media-refused'],
    [483, 'error trunk.loop'],
    [422, 'error trunk.session-timer'],
    [603, 'warning trunk.callee-busy'],
  ])(
    'a call that is refused with %i',
    async (status, expected) => {
      await using far = await startKamailio({
        route: `if (is_method("INVITE")) { sl_send_reply("${status}","No"); exit; }`,
      });
      expect(brief(await called({ port: far.port, transport: 'udp' }))).toContain(`far-end.call ${expected}`);
    },
    20_000,
  );

  test('IPv6', async () => {
    await using far = await startKamailio({ address: '::1' });
    const steps = await verified({ port: far.port, transport: 'udp', host: '::1', ...right });
    expect(steps.get('far-end.options')).toMatchObject({ status: 'ok' });
    expect(steps.get('far-end.register')).toMatchObject({ code: 'trunk.not-registered' });
  }, 20_000);
});

describe.skipIf(!hasKamailio() || !hasProgram('baresip'))('a call to a telephone behind Kamailio', () => {
  test.each(['udp', 'tcp'] as const)(
    'audio passes both ways, the telephone reports that it hears us, and takes our goodbye, over %s',
    async (transport) => {
      await using far = await startKamailio();
      await using _telephone = await startBaresip({ port: far.port, transport: 'udp' });
      const steps = await called({ port: far.port, transport, ...right });
      const kinds = ['dns', ...(transport === 'tcp' ? ['tcp'] : []), 'options', 'call', 'media'];
      expect(brief(steps)).toEqual(kinds.map((kind) => `far-end.${kind} ok`));
      // The call lasts longer than its way may take to be opened.
      expect(steps.get('far-end.media')?.detail).toMatch(
        /PCMA, not encrypted; .*reports that it hears us.*; the end of the call was confirmed/,
      );
    },
    40_000,
  );

  test('over TLS the audio is encrypted (SDES), and no key is in the evidence', async () => {
    await using folder = await temporaryFolder('trunk-tls');
    const made = await makeCertificates(folder.path);
    await using far = await startKamailio({ tls: { certificate: made.certPath, key: made.keyPath } });
    await using _telephone = await startBaresip({ port: far.port, transport: 'udp', isEncrypted: true });
    const steps = await called({ port: far.tlsPort, transport: 'tls', ...right, trust: { ca: made.caPem } });
    expect(brief(steps)).toEqual(['dns', 'tcp', 'tls', 'options', 'call', 'media'].map((kind) => `far-end.${kind} ok`));
    expect(steps.get('far-end.media')?.detail).toMatch(
      /PCMA, encrypted; .*reports that it hears us.*end of the call was confirmed/,
    );
    expect(JSON.stringify([...steps.values()])).not.toMatch(/inline:[A-Za-z0-9+]/);
  }, 40_000);
});
