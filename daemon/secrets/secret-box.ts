import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfThere, replaceFile } from '#config/atomic-file.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const PREFIX = 'v1.';

/**
 * Passwords and keys at rest: AES-256-GCM (NIST SP 800-38D) with a key of this device (`device.key`, mode 0600). It
 * keeps secrets out of backups and bundles of the other files; whoever can read the key file can read the secrets.
 */
export class SecretBox {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /**
   * Reads the device's key, or makes one the first time.
   * @throws DemarcError `secret.unreadable` when the key file is damaged, `config.unreadable`, `config.unwritable`
   */
  static async load(folder: string): Promise<SecretBox> {
    const path = join(folder, 'device.key');
    const text = await readFileIfThere(path);
    if (text === undefined) {
      const key = randomBytes(KEY_BYTES);
      await replaceFile(path, `${key.toString('base64url')}\n`, 0o600);
      return new SecretBox(key);
    }
    const key = Buffer.from(text.trim(), 'base64url');
    if (key.length !== KEY_BYTES) throw new DemarcError('secret.unreadable', `${path} is damaged`);
    return new SecretBox(key);
  }

  /** The text, encrypted: `v1.` and base64url. Each call gives another result. */
  seal(text: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.#key, iv);
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return PREFIX + sealed.toString('base64url');
  }

  /** @throws DemarcError `secret.unreadable` when it was sealed with another key, or changed */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed.slice(PREFIX.length), 'base64url');
    if (!sealed.startsWith(PREFIX) || bytes.length < IV_BYTES + TAG_BYTES) throw new DemarcError('secret.unreadable');
    try {
      const decipher = createDecipheriv(ALGORITHM, this.#key, bytes.subarray(0, IV_BYTES));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const text = [decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      return Buffer.concat(text).toString('utf8');
    } catch (error) {
      throw new DemarcError('secret.unreadable', undefined, { cause: error });
    }
  }
}
