import { createHmac, randomBytes } from 'node:crypto';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { InvalidField } from '../lists/invalid-field.ts';
import type { Carry } from './deliveries.ts';
import { dialable, isPublicAddress } from './public-addresses.ts';

/** How long a receiver may take in all, in milliseconds. */
const LIMIT_MS = 10_000;
/** How much of its answer is read, for the message of a failure. */
const ANSWER_BYTES = 300;

/** A new secret: 256 bits, marked so that it is recognised where it does not belong. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64url')}`;

/** The value of `Demarc-Signature` for a body sent at this second (since 1970). */
export function signature(secret: string, seconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}

/**
 * The address of a webhook as it is kept. What it resolves to is judged again at every dial.
 * @throws DemarcError `alert.webhook-address`, `alert.webhook-private`
 */
export function webhookUrl(text: string, allowPrivate: boolean): string {
  const url = URL.parse(text);
  if (url === null) throw new InvalidField('url', 'must be an address');
  const plainAllowed = allowPrivate && isLoopbackName(url.hostname);
  if (url.protocol !== 'https:' && !(plainAllowed && url.protocol === 'http:')) {
    throw new DemarcError('alert.webhook-address', url.protocol);
  }
  if (url.username !== '' || url.password !== '') throw new DemarcError('alert.webhook-address', 'it holds a log-in');
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const isLiteral = literal !== url.hostname || /^[\d.]+$/.test(literal);
  if (!allowPrivate && (isLoopbackName(url.hostname) || (isLiteral && !isPublicAddress(literal)))) {
    throw new DemarcError('alert.webhook-private', url.hostname);
  }
  url.hash = '';
  return url.href;
}

const isLoopbackName = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\.[\d.]+$/.test(host);

/** Certificate errors of Node's TLS (names of OpenSSL's X509_V_ERR). */
const TLS_CODE = /^(CERT_|ERR_TLS|ERR_SSL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_|EPROTO)/;

function webhookError(thrown: unknown, signal: AbortSignal): DemarcError {
  if (thrown instanceof DemarcError) return thrown;
  // An answer that is cut off by the deadline looks like a broken connection.
  if (signal.aborted) return new DemarcError('alert.webhook-timeout', undefined, { cause: thrown });
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
  const said = code === '' ? String(thrown).slice(0, 200) : code;
  const error = (ours: DemarcError['code']) => new DemarcError(ours, said, { cause: thrown });
  return error(TLS_CODE.test(code) ? 'alert.webhook-tls' : 'alert.webhook-unreachable');
}

/**
 * Posts messages to webhooks: signed, over TLS, within ten seconds, to the address that was judged and no other, without
 * following redirects. Only an answer of 2xx counts as taken.
 */
export function webhookCarrier({ clock, allowPrivate }: { clock: Clock; allowPrivate: boolean }): Carry {
  return async (target, { id, content }, outer) => {
    const signal = AbortSignal.any([outer, AbortSignal.timeout(LIMIT_MS)]);
    try {
      const url = new URL(webhookUrl(target.address, allowPrivate));
      // The resolver of the system cannot be stopped; its answer is not waited for beyond the deadline.
      const addresses = await Promise.race([dialable(url.hostname, allowPrivate), whenAborted(signal)]);
      const seconds = Math.floor(clock.now() / 1000);
      const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const sent = send(
          url,
          {
            method: 'POST',
            agent: false,
            signal,
            // The addresses that were judged: a second question to DNS might be answered otherwise.
            lookup: (_name, options, done) => {
              const [first] = addresses;
              if (options.all === true) done(null, addresses);
              else if (first !== undefined) done(null, first.address, first.family);
            },
            headers: {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(content),
              'user-agent': 'Demarc',
              'demarc-delivery': id,
              'demarc-signature': signature(target.secret ?? '', seconds, content),
            },
          },
          resolve,
        );
        sent.once('error', reject);
        sent.end(content);
      });
      return await judge(answer);
    } catch (thrown) {
      throw webhookError(thrown, signal);
    }
  };
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const fail = () => reject(new DemarcError('alert.webhook-timeout', undefined, { cause: signal.reason }));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });

/** What the answer comes to. @throws DemarcError `alert.webhook-redirect`, `alert.webhook-refused` */
async function judge(answer: IncomingMessage): Promise<string> {
  const status = answer.statusCode ?? 0;
  const said = (await beginning(answer)).replaceAll(/\s+/g, ' ').trim();
  const detail = said === '' ? `status ${status}` : `status ${status}: ${said}`;
  if (status >= 200 && status < 300) return detail;
  if (status >= 300 && status < 400) throw new DemarcError('alert.webhook-redirect', `status ${status}`);
  throw new DemarcError('alert.webhook-refused', detail);
}

async function beginning(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    // However long it goes on: the loop's end destroys the stream.
    if (bytes >= ANSWER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
}
