import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileIfThere } from '#config/atomic-file.ts';
import type { Log } from '#config/log.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';

interface SecretParts {
  stateFolder: string;
  /** Documents in which sealed secrets may stand, beside those of the state folder. */
  documents: readonly unknown[];
  open: (sealed: string) => string;
  log: Log;
}

/** Files that are a secret as a whole. */
const SECRET_FILES = ['device.key', 'admin-token', 'setup-secret'];
const SEALED = /^v1\.[A-Za-z0-9_-]+$/;

/**
 * Every secret that the gateway has now, in clear: what is sealed in its documents, its keys, its tokens and the claim
 * code that it shows. To be compared with and never written.
 */
export async function currentSecrets({ stateFolder, documents, open, log }: SecretParts): Promise<string[]> {
  const found: string[] = [];
  const unseal = (sealed: string) => {
    try {
      found.push(open(sealed));
    } catch (error) {
      // Sealed with a key that is gone: nobody can have its text.
      log.debug({ code: toDemarcError(error).code }, 'a sealed secret could not be opened');
    }
  };
  for (const document of documents) walk(document, unseal);
  for (const entry of await readdir(stateFolder, { withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { name } = entry;
    const path = join(stateFolder, name);
    if (SECRET_FILES.includes(name)) found.push((await readFileIfThere(path)) ?? '');
    else if (name.endsWith('.pem')) {
      const pem = (await readFileIfThere(path)) ?? '';
      if (pem.includes('PRIVATE KEY')) found.push(pem);
    } else if (/\.json(\.good)?$/.test(name)) {
      const document = parse((await readFileIfThere(path)) ?? '');
      walk(document, unseal);
      if (name.startsWith('enrolment.')) found.push(...claimOf(document));
    }
  }
  return found.filter((secret) => secret !== '');
}

function walk(value: unknown, unseal: (sealed: string) => void): void {
  if (typeof value === 'string') {
    if (SEALED.test(value)) unseal(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) walk(item, unseal);
  }
}

function claimOf(document: unknown): string[] {
  const offer = typeof document === 'object' && document !== null && 'offer' in document ? document.offer : undefined;
  const code = typeof offer === 'object' && offer !== null && 'code' in offer ? offer.code : undefined;
  return typeof code === 'string' ? [code, `${code.slice(0, 4)}-${code.slice(4)}`] : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
