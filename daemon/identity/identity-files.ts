import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readFileIfThere, removeFile, replaceFile } from '#config/atomic-file.ts';
import { DocumentFile } from '#config/document.ts';
import { IssuedIdentity } from '#contract/enrolment.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { fits } from './certificate-request.ts';

const KeyFile = z.string().regex(/^key-[0-9a-f]{16}\.pem$/);

/** Who the gateway is: what the cloud issued, to which key, and where. */
export const IdentityDocument = IssuedIdentity.extend({ cloudUrl: z.string(), keyFile: KeyFile });
export type IdentityDocument = z.infer<typeof IdentityDocument>;

/** An identity with its private key, PEM. */
export type OwnIdentity = IdentityDocument & { key: string };

/**
 * The identity on disk: `identity.json`, beside it `identity.new.json` while a renewed certificate is being proven, and
 * one file a key (mode 0600), which its document names. So a document and its key can never be of two different times.
 */
export class IdentityFiles {
  readonly #folder: string;
  readonly #current: DocumentFile<typeof IdentityDocument>;
  readonly #candidate: DocumentFile<typeof IdentityDocument>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#current = new DocumentFile(join(folder, 'identity.json'), IdentityDocument);
    this.#candidate = new DocumentFile(join(folder, 'identity.new.json'), IdentityDocument);
  }

  /** @throws DemarcError `config.invalid`, `config.unreadable`, `identity.untrusted` when the key is missing or does not fit */
  async current(): Promise<OwnIdentity | undefined> {
    const { value } = await this.#current.load();
    return value && this.#withKey(value);
  }

  async candidate(): Promise<OwnIdentity | undefined> {
    const { value } = await this.#candidate.load();
    return value && this.#withKey(value);
  }

  /** Writes a key to a file of its own and returns the file's name. */
  async saveKey(keyPem: string): Promise<string> {
    const name = `key-${randomBytes(8).toString('hex')}.pem`;
    await replaceFile(join(this.#folder, name), keyPem, 0o600);
    return name;
  }

  readKey(name: string): Promise<string | undefined> {
    return readFileIfThere(join(this.#folder, name));
  }

  /** Stores a renewed certificate beside the one in use. @throws DemarcError `identity.untrusted` */
  async saveCandidate(document: IdentityDocument): Promise<OwnIdentity> {
    const own = await this.#withKey(document);
    await this.#candidate.save(document);
    return own;
  }

  /** Makes this the identity in use. @throws DemarcError `identity.untrusted` when the key does not fit */
  async saveCurrent(document: IdentityDocument): Promise<OwnIdentity> {
    const own = await this.#withKey(document);
    await this.#current.save(document);
    await this.removeCandidate();
    return own;
  }

  async removeCandidate(): Promise<void> {
    await removeDocument(this.#candidate.path);
  }

  /** Forgets who the gateway is. */
  async removeAll(): Promise<void> {
    await this.removeCandidate();
    await removeDocument(this.#current.path);
    await this.sweepKeys([]);
  }

  /** Removes the keys that nothing names any more; `keep` are those of an enrolment under way. */
  async sweepKeys(keep: readonly string[]): Promise<void> {
    const named = [await keyNamedBy(this.#current), await keyNamedBy(this.#candidate)];
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names) {
      if (KeyFile.safeParse(name).success && !named.includes(name) && !keep.includes(name)) {
        await removeFile(join(this.#folder, name));
      }
    }
  }

  async #withKey(document: IdentityDocument): Promise<OwnIdentity> {
    const key = await this.readKey(document.keyFile);
    if (key === undefined) throw new DemarcError('identity.untrusted', `${document.keyFile} is missing`);
    if (!fits(document.certificate, key))
      throw new DemarcError('identity.untrusted', 'the certificate is of another key');
    return { ...document, key };
  }
}

/** A document that is damaged beyond its good copy names nothing. */
async function keyNamedBy(file: DocumentFile<typeof IdentityDocument>): Promise<string | undefined> {
  try {
    return (await file.load()).value?.keyFile;
  } catch (error) {
    if (error instanceof DemarcError && error.code === 'config.invalid') return undefined;
    throw error;
  }
}

async function removeDocument(path: string): Promise<void> {
  // The good copy first: it would bring the document back.
  await removeFile(`${path}.good`);
  await removeFile(path);
}
