import { createHash, randomBytes } from 'node:crypto';

/** A new secret of 256 bits as text for cookies and links. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** How secrets of 256 bits are kept: their hash alone, since nobody can guess them. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('base64url');
