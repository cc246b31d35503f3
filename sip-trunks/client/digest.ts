/** Digest authentication of SIP (RFC 3261 section 22, RFC 8760): MD5, SHA-256 and SHA-512-256. */
import { createHash } from 'node:crypto';
import type { Challenge } from '../message/header-lines.ts';

export interface Credentials {
  user: string;
  password: string;
}

/** What the answer is for. `count` is the use of this nonce, from 1; `clientNonce` has no meaning and never comes again. */
export interface DigestRequest {
  method: string;
  uri: string;
  body: Buffer;
  clientNonce: string;
  count: number;
}

/** Names as in the challenge, in small letters, and what node:crypto calls them. */
const HASHES: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256', 'sha-512-256': 'sha512-256' };

const algorithmOf = ({ params }: Challenge): { hash: string | undefined; session: boolean } => {
  const name = (params['algorithm'] ?? 'MD5').toLowerCase();
  const session = name.endsWith('-sess');
  const plain = session ? name.slice(0, -'-sess'.length) : name;
  return { hash: Object.hasOwn(HASHES, plain) ? HASHES[plain] : undefined, session };
};

const qualities = ({ params }: Challenge): string[] =>
  (params['qop'] ?? '').split(',').flatMap((one) => one.trim().toLowerCase() || []);

const isSupported = (challenge: Challenge): boolean => {
  const offered = qualities(challenge);
  return (
    challenge.scheme === 'digest' &&
    challenge.params['nonce'] !== undefined &&
    challenge.params['realm'] !== undefined &&
    algorithmOf(challenge).hash !== undefined &&
    (offered.length === 0 || offered.includes('auth') || offered.includes('auth-int'))
  );
};

/** The first challenge that can be answered: the server names them in the order of its liking (RFC 8760 section 2.4). */
export const chooseChallenge = (challenges: readonly Challenge[]): Challenge | undefined =>
  challenges.find(isSupported);

/** The algorithms that a peer offers, in words, for a person. */
export const algorithmsOf = (challenges: readonly Challenge[]): string =>
  challenges.map(({ scheme, params }) => (scheme === 'digest' ? (params['algorithm'] ?? 'MD5') : scheme)).join(', ');

/** The value of Authorization or Proxy-Authorization for a challenge that `chooseChallenge` gave. */
export function digestAnswer(challenge: Challenge, { user, password }: Credentials, request: DigestRequest): string {
  const { realm = '', nonce = '', opaque, algorithm } = challenge.params;
  const { hash = 'md5', session } = algorithmOf(challenge);
  const offered = qualities(challenge);
  const qop = offered.includes('auth') ? 'auth' : offered.includes('auth-int') ? 'auth-int' : undefined;
  const of = (text: string | Buffer) => createHash(hash).update(text).digest('hex');
  const count = request.count.toString(16).padStart(8, '0');
  const secret = of(`${user}:${realm}:${password}`);
  const first = session ? of(`${secret}:${nonce}:${request.clientNonce}`) : secret;
  const second = of(
    qop === 'auth-int' ? `${request.method}:${request.uri}:${of(request.body)}` : `${request.method}:${request.uri}`,
  );
  const between = qop === undefined ? nonce : `${nonce}:${count}:${request.clientNonce}:${qop}`;
  const parts = [
    `username=${quoted(user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(request.uri)}`,
    `response="${of(`${first}:${between}:${second}`)}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop === undefined && !session ? [] : [`cnonce="${request.clientNonce}"`]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${count}`]),
  ];
  return `Digest ${parts.join(', ')}`;
}

const quoted = (text: string): string => `"${text.replaceAll(/[\\"]/g, '\\$&')}"`;
