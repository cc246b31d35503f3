import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KnownSecrets } from '#daemon/bundle/known-secrets.ts';
import { linesOf, Redactor } from '#daemon/bundle/redactor.ts';

const redactor = (...known: string[]) => new Redactor(new KnownSecrets(known));
const line = (text: string, ...known: string[]) => redactor(...known).line(text);

async function* pieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
  yield bytes.subarray(from);
}

async function text(source: AsyncIterable<string>): Promise<string> {
  let all = '';
  for await (const part of source) all += part;
  return all;
}

const TOKEN = 'qT7xW2mK9pLsR4vN8bZ1cY6dF3gH5jA0eU-iO_aSxPz';
const KEY = `-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49\nAwEHoUQDQgAEPR3tU2Fta9ktY+6P9G0cWO+0kETA6SFs38GecTyudlHz6xvCdz8q\nEKTcWGekdmdDPsHloRNtsiCa697B2O9IFA==\n-----END EC PRIVATE KEY-----`;

describe('a secret is known by its form', () => {
  test.each([
    ['a field of JSON', '{"msg":"x","bindPassword":"s3cr3t pass"}', 's3cr3t'],
    ['a field of any type, deep in JSON', '{"a":{"b":[{"apiKey":{"k":"s3cr3t"}}]}}', 's3cr3t'],
    ['JSON within a text', '{"msg":"sent {\\"password\\":\\"s3cr3t\\",\\"x\\":1}"}', 's3cr3t'],
    ['broken JSON', '{"msg":"x","password":"s3cr3t', 's3cr3t'],
    ['a line of settings', 'snmp.community = s3cr3t', 's3cr3t'],
    ['a quoted value with spaces', "password: 'two s3cr3t words'", 's3cr3t'],
    ['an option of a program', 'demarc link --token s3cr3t --cloud x', 's3cr3t'],
    ['a line of a device', 'snmp-server community s3cr3t RO', 's3cr3t'],
    ['a query', 'GET /x?access_token=s3cr3t&y=1', 's3cr3t'],
    ['a header', 'Authorization: Custom s3cr3t, and more s3cr3t', 's3cr3t'],
    ['a header in a JSON text', '{"msg":"GET /\\r\\nAuthorization: Basic dXNlcjpzM2NyM3Q=\\r\\nHost: x"}', 'dXNlcjpz'],
    ['a cookie', 'set-cookie: __Host-demarc=s3cr3t; Path=/', 's3cr3t'],
    ['a bearer token', 'sent Bearer s3cr3t-s3cr3t', 's3cr3t'],
    ['a basic log-in', 'proxy said basic dXNlcjpzM2NyM3Q=', 'dXNlcjpz'],
    ['a digest', 'response="0123456789abcdef0123456789abcdef"', '0123456789abcdef'],
    ['an address', 'via http://user:s3cr3t@proxy.example:3128/', 's3cr3t'],
    ['an address with @ in the password', 'via http://user:s3@cr3t@proxy.example/', 'cr3t'],
    ['a sealed secret', 'v1.8cJ5b1lqTzVnR0J0Y3pQd0xkZ2h1a2pXbHk', '8cJ5b1lq'],
    ['a token of ours', `got ${TOKEN}, thanks`, TOKEN],
    ['a JWT', 'x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'c2lnbmF0dXJl'],
    ['a claim code', 'the code is ACDE-FGHJ now', 'ACDE-FGHJ'],
    ['a claim code in a link', 'https://cloud.example/claim#code=ACDEFGHJ', 'ACDEFGHJ'],
    ['a key in a JSON text', JSON.stringify({ msg: KEY }), 'Hwf1duRSxKtLYX5'],
  ])('%s', (_name, given, secret) => {
    const shown = line(given);
    expect(shown).not.toContain(secret);
    expect(shown).toContain('[redacted]');
  });

  test.each([
    'Basic information about the token bucket',
    'key fingerprint SHA256:qT7xW2mK9pLsR4vN8bZ1cY6dF3gH5jA0eU-iO_aSxPz',
    '{"level":"info","time":"2026-11-22T10:00:00.000Z","command":"01JD3Z0000000000000000000P","msg":"command accepted"}',
    'https://cloud.example:8443/api/v1/users?account=01JD3Z0000000000000000000P',
    'sha256 d08f9171a8f5ca3453fd6f4a7464125c04b9ab9f7471effdfc9a8cc5f6c134d3',
    'password=null, token=undefined',
  ])('and what is none stays: %s', (given) => {
    expect(line(given)).toBe(given);
  });

  test('JSON stays JSON', () => {
    const shown = line('{"password":"a","n":1,"nested":{"token":5},"text":"cookie: a=b"}');
    expect(JSON.parse(shown)).toMatchObject({ password: '[redacted]', n: 1, nested: { token: '[redacted]' } });
  });

  test('a private key over many lines of a log is gone, and the log goes on', () => {
    const one = redactor();
    const shown = [...KEY.split('\n').map((part) => `Nov 22 10:00:00 host demarc[1]: ${part}`), 'after it']
      .map((part) => one.line(part))
      .join('\n');
    for (const part of KEY.split('\n').slice(1, -1)) expect(shown).not.toContain(part);
    expect(shown).toContain('after it');
    expect(one.counts['private key']).toBe(1);
  });

  test('what begins a key and never ends it does not swallow the log', () => {
    const one = redactor();
    one.line('-----BEGIN PRIVATE KEY-----');
    for (let i = 0; i < 200; i += 1) one.line('MHcCAQEE');
    expect(one.line('all is well')).toBe('all is well');
  });
});

describe('a secret is known by its value', () => {
  test.each([
    ['as it is', 'tried pa"s&s wörd! for it'],
    ['in JSON', 'tried pa\\"s&s wörd! for it'],
    ['in an address', `tried ${encodeURIComponent('pa"s&s wörd!')} for it`],
    ['in XML', 'tried pa&quot;s&amp;s wörd! for it'],
    ['in base64', `tried ${Buffer.from('pa"s&s wörd!').toString('base64')} for it`],
  ])('%s', (_name, given) => {
    expect(line(given, 'pa"s&s wörd!')).toBe('tried [redacted] for it');
  });

  test('the longer one of two that begin alike goes whole', () => {
    expect(line('x secretlonger x', 'secret', 'secretlonger')).toBe('x [redacted] x');
  });

  test('what is too short to be looked for is counted, not forgotten', () => {
    expect(new KnownSecrets(['abc', 'abcd', ''])).toMatchObject({ count: 1, tooShort: 1 });
  });
});

test('wherever a text is cut into pieces, no planted secret is in what comes out', async () => {
  const secret = fc.string({
    unit: fc.constantFrom(...'abcXYZ0189 äß€"\\&%+/=.-$('.split('')),
    minLength: 6,
    maxLength: 40,
  });
  const around = fc.string({ unit: fc.constantFrom(...'lorem ipsum,:{}[]"=\n'.split('')), maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(
      secret.filter((value) => value.trim().length >= 6),
      around,
      around,
      fc.array(fc.nat(400), { maxLength: 12 }),
      async (value, before, after, cuts) => {
        const bytes = Buffer.from(`${before}${value}${after}\n${JSON.stringify({ msg: `${before}${value}` })}\n`);
        const one = redactor(value);
        const shown = await text(
          one.text(
            pieces(
              bytes,
              cuts.map((cut) => cut % (bytes.length + 1)),
            ),
          ),
        );
        expect(shown).not.toContain(value.trim());
        expect(shown).not.toContain(JSON.stringify(value.trim()).slice(1, -1));
        expect(one.counts['known value']).toBeGreaterThanOrEqual(2);
      },
    ),
    { numRuns: 300 },
  );
});

test('lines come the same however the text is cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.array(fc.nat(400)), async (given, cuts) => {
      const bytes = Buffer.from(given);
      const lines: string[] = [];
      for await (const one of linesOf(
        pieces(
          bytes,
          cuts.map((cut) => cut % (bytes.length + 1)),
        ),
      ))
        lines.push(one);
      const expected = bytes.toString().split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(lines).toEqual(expected);
    }),
  );
});

test('a line without end is cut, and a secret across the cut is whole before it', async () => {
  const secret = 'across-the-very-cut';
  const long = `${'x'.repeat(256 * 1024 - 8)}${secret}${'y'.repeat(3_000_000)}\nnext`;
  async function* source() {
    yield long.slice(0, 1000);
    yield long.slice(1000);
  }
  const shown = await text(redactor(secret).text(source()));
  expect(shown).toMatch(/\[the rest of this line was cut\]\nnext\n$/);
  expect(shown.length).toBeLessThan(300_000);
  expect(shown).not.toContain('across');
});
