import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { TLSSocket } from 'node:tls';
import type { Evidence, WebEvidence } from '../evidence.ts';
import { certificateEvidence, LOOK_ONLY } from './certificate.ts';
import type { HostSignal } from './signal.ts';

const LIMIT_MS = 4000;
const MOST_BYTES = 64 * 1024;
const MOST_REDIRECTS = 2;

/** Phrases of landing pages that rules ask for. */
const MARKS: Readonly<Record<string, RegExp>> = {
  'MiCollab End User Portal':
    /MiCollab End User Portal|\/portal\/decorations\/layout\/loginPage\/images\/mitel_logo\.png/,
};

/**
 * `GET /`, and where that leads on the same address. At most 64 KiB are read; another host is named and never asked.
 * The certificate of the same connection is told too.
 */
export const webSignal: HostSignal = {
  name: 'web',
  async *probe({ address, open }, context): AsyncIterable<Evidence> {
    const { http, https } = context.ports;
    const doors = [
      ...https.map((port) => ({ scheme: 'https', port })),
      ...http.map((port) => ({ scheme: 'http', port })),
    ];
    for (const { scheme, port } of doors) {
      if (!open.has(port)) continue;
      let url: URL | undefined = new URL(`${scheme}://${address}:${port}/`);
      for (let step = 0; url !== undefined && step <= MOST_REDIRECTS; step += 1) {
        await context.take();
        const { page, certificate } = await get(url, address, port, context.signal);
        if (certificate && step === 0) yield certificate;
        if (page) yield page;
        url = page && onSameDoor(page, url);
      }
    }
  },
};

/** Where a redirect leads, when that is the very address and port; all else is another signal's or none of our business. */
function onSameDoor({ location }: WebEvidence, from: URL): URL | undefined {
  if (location === undefined || !URL.canParse(location, from)) return undefined;
  const to = new URL(location, from);
  return to.origin === from.origin && to.pathname !== from.pathname ? to : undefined;
}

interface Answer {
  page?: WebEvidence;
  certificate?: Evidence;
}

function get(url: URL, address: string, port: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    let certificate: Evidence | undefined;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
    const done = (page?: WebEvidence) =>
      resolve({ ...(page ? { page } : {}), ...(certificate ? { certificate } : {}) });
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = request(
      url,
      { agent: false, signal: limit, maxHeaderSize: 16 * 1024, headers: { accept: 'text/html' }, ...LOOK_ONLY },
      (answer) => {
        if (answer.socket instanceof TLSSocket) {
          certificate = certificateEvidence(address, port, answer.socket.getPeerCertificate());
        }
        void readSome(answer, (body) => {
          done(toPage(address, port, answer, body));
          asked.destroy();
        });
      },
    );
    asked.on('socket', (socket) => {
      // Also where no page comes: a certificate was shown all the same.
      socket.once('secureConnect', () => {
        if (socket instanceof TLSSocket) certificate = certificateEvidence(address, port, socket.getPeerCertificate());
      });
    });
    asked.on('error', () => done());
    asked.end();
  });
}

/** The first 64 KiB; what breaks off is taken as far as it came. */
async function readSome(answer: IncomingMessage, onRead: (body: string) => void): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer) {
      const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      chunks.push(piece);
      bytes += piece.length;
      if (bytes >= MOST_BYTES) break;
    }
  } catch (error) {
    // A page that breaks off tells as much as it told.
    if (!(error instanceof Error)) throw error;
  }
  onRead(Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8'));
}

function toPage(address: string, port: number, answer: IncomingMessage, body: string): WebEvidence {
  const { location, 'www-authenticate': challenge = '' } = answer.headers;
  const server = [answer.headers['server'] ?? []].flat()[0];
  const title = /<title[^>]{0,100}>([^<]{1,300})/i.exec(body)?.[1]?.replaceAll(/\s+/g, ' ').trim();
  const realm = /realm="([^"]{1,100})"/i.exec(challenge)?.[1];
  return {
    signal: 'web',
    address,
    port,
    status: answer.statusCode ?? 0,
    ...(server ? { server: server.slice(0, 100) } : {}),
    ...(location ? { location: location.slice(0, 300) } : {}),
    ...(title ? { title: title.slice(0, 120) } : {}),
    ...(realm ? { realm } : {}),
    marks: Object.entries(MARKS).flatMap(([mark, pattern]) => (pattern.test(body) ? [mark] : [])),
  };
}
