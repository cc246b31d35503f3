import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { readFileIfThere, replaceFile } from '#config/atomic-file.ts';
import type { Clock } from '#config/clock.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

const Made = z.object({ certificate: z.string().startsWith('-----BEGIN'), key: z.string().startsWith('-----BEGIN') });

/** Certificate and key of the local pages, PEM. */
export type LocalCertificate = z.infer<typeof Made>;

const RENEW_BEFORE_MS = 30 * 86_400_000;

/**
 * The self-signed certificate of the local pages; made in a child at the first start, and again shortly before it ends.
 * @throws DemarcError `daemon.certificate-failed`, `config.unwritable`
 */
export async function localCertificate(folder: string, clock: Clock): Promise<LocalCertificate> {
  const certificatePath = join(folder, 'local-certificate.pem');
  const keyPath = join(folder, 'local-key.pem');
  const [certificate, key] = [await readFileIfThere(certificatePath), await readFileIfThere(keyPath)];
  if (certificate !== undefined && key !== undefined && usable(certificate, key, clock.now())) {
    return { certificate, key };
  }
  const made = await makeCertificate();
  await replaceFile(keyPath, made.key, 0o600);
  await replaceFile(certificatePath, made.certificate, 0o644);
  return made;
}

/** Whether the pair belongs together and is not about to end. A kill between the two writes leaves a pair that is not. */
function usable(certificate: string, key: string, now: number): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    return parsed.checkPrivateKey(createPrivateKey(key)) && parsed.validToDate.getTime() - now > RENEW_BEFORE_MS;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** A new one, in memory only. @throws DemarcError `daemon.certificate-failed` */
export async function makeCertificate(): Promise<LocalCertificate> {
  const program = fileURLToPath(new URL('./make-certificate.ts', import.meta.url));
  const names = [...new Set([hostname() || 'localhost', 'localhost', 'demarc.local', '127.0.0.1', '::1'])];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...names], { timeout: 20_000 });
    return Made.parse(JSON.parse(stdout));
  } catch (error) {
    const text = error instanceof Error ? error.message.slice(0, 300) : String(error);
    throw new DemarcError('daemon.certificate-failed', text, { cause: error });
  }
}
