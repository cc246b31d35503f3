/** The landing page channel against the lab's administration site. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLandingPage, titleOf } from '#pbx-adapters/channels/http/landing-page.ts';
import { startSite } from '#test/lab/mivoice-business/admin-site.ts';
import { freePort } from '#test/support/program.ts';

const signal = () => AbortSignal.timeout(15_000);

async function site(loginPath = '/login') {
  const lab = await startSite({
    title: 'Mitel | MiVoice Business',
    loginPath,
    server: 'GoAhead-Webs',
    user: 'a',
    password: 'b',
    lockAfter: 2,
  });
  return { lab, look: look(lab.port), [Symbol.asyncDispose]: () => lab.stop() };
}

const look =
  (port: number) =>
  (limitMs = 5000, tls = true) =>
    readLandingPage({ host: '127.0.0.1', port, tls, limitMs }, signal());

describe('a landing page', () => {
  it('a redirect is told and not followed; the certificate is shown', async () => {
    await using found = await site('/esm_loginMain.htm');
    const page = await found.look();
    expect(page).toMatchObject({ status: 302, server: 'GoAhead-Webs', location: '/esm_loginMain.htm' });
    expect(page.certificate).toMatchObject({
      subject: 'CN=Mitel | MiVoice Business',
      issuer: 'CN=Mitel | MiVoice Business',
      fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    });
    expect(found.lab.badLogins).toBe(0);
  });

  it('the title is found', async () => {
    await using found = await site('/');
    expect(await found.look()).toMatchObject({ status: 200, title: 'Mitel | MiVoice Business' });
  });

  it.each([
    ['<TITLE lang="de">\n Größe \t 1 </title>', '\n Größe \t 1 '],
    ['<title></title>', ''],
    ['<p>none</p>', undefined],
    ['<title>open', 'open'],
  ])('%j has the title %j', (page, title) => {
    expect(titleOf(page)).toBe(title);
  });

  it('is looked at in bounded time, whatever it is', () => {
    expect(titleOf('<title '.repeat(200_000))).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (page) => {
        expect((titleOf(`<title>${page}`) ?? '').length).toBeLessThanOrEqual(1024);
      }),
      { numRuns: 500, interruptAfterTimeLimit: 3000 },
    );
  });
});

describe('faults', () => {
  it('a page without an end is left after its first part', async () => {
    await using found = await site('/');
    found.lab.nasty.endless = true;
    expect(await found.look()).toMatchObject({ status: 200 });
  });

  it('a site that never answers ends with the time limit', async () => {
    await using found = await site();
    found.lab.nasty.hang = true;
    await expect(found.look(200)).rejects.toMatchObject({ code: 'pbx.timeout' });
  });

  it.each([
    ['what is not HTTP', Buffer.from('220 FTP server ready\r\n')],
    ['a header of 1 MB', Buffer.from(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`)],
    ['two lengths', Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 9\r\n\r\nabcd')],
    ['a length that lies', Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabcd')],
  ])('%s is refused', async (_what, garbage) => {
    await using found = await site();
    found.lab.nasty.garbage = garbage;
    await expect(found.look()).rejects.toMatchObject({ code: 'http.protocol' });
  });

  it('a connection that closes in the middle of the page is an error', async () => {
    await using found = await site();
    found.lab.nasty.garbage = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nabcd');
    await expect(found.look()).rejects.toMatchObject({ code: 'pbx.unreachable' });
  });

  it('TLS where none is, and nothing where something should be', async () => {
    await expect(look(await freePort())()).rejects.toMatchObject({ code: 'pbx.unreachable' });
    await using found = await site();
    await expect(found.look(2000, false)).rejects.toMatchObject({ code: expect.stringMatching(/^(pbx|http)\./) });
  });
});
