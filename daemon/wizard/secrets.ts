import { createHash, randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** No letter that is taken for another one or for a digit. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTVWXYZ23456789';
const GROUPS = 3;
const GROUP = 4;

/** A new set-up secret such as `7KQM-3XWP-TZ4H`: 59 bits. */
export function newSecret(): string {
  const group = () => Array.from({ length: GROUP }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/** As people type it: in small letters, with other dashes or none. */
export const plainSecret = (typed: string): string => typed.toUpperCase().replace(/[^A-Z0-9]/g, '');

/** What is kept of something that is too random to be guessed. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Compares in constant time. */
export function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

export const newToken = (): string => randomBytes(32).toString('base64url');

/** A password as it is kept (RFC 7914); salt and hash in base64url. */
export const StoredPassword = z.strictObject({ salt: z.string().max(64), hash: z.string().max(128) });
export type StoredPassword = z.infer<typeof StoredPassword>;

/** 16 MiB for a moment and about a third of a second, on a small machine. */
const COST = { N: 16_384, r: 8, p: 5, maxmem: 64 * 1024 * 1024 };
const HASH_BYTES = 32;

const derive = (password: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, COST, (error, key) => (error ? reject(error) : resolve(key)));
  });

export async function storedPassword(password: string): Promise<StoredPassword> {
  const salt = randomBytes(16);
  return { salt: salt.toString('base64url'), hash: (await derive(password, salt)).toString('base64url') };
}

export async function isPassword(password: string, stored: StoredPassword): Promise<boolean> {
  const hash = await derive(password, Buffer.from(stored.salt, 'base64url'));
  return isSame(hash.toString('base64url'), stored.hash);
}
