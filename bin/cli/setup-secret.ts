import { readFileIfThere } from '#config/atomic-file.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { NewSecretAnswer } from '#contract/wizard/session.ts';
import { accessFiles } from '#daemon/wizard/secret-file.ts';
import { LocalApi } from './client.ts';
import type { Output } from './output.ts';

/**
 * Prints the set-up secret, which is there until the set-up is complete; with `renew` a new one, for one sign-in within the
 * hour. Reading it needs no running daemon.
 */
export async function setupSecret(stateFolder: string, out: Output, flags: { renew: boolean }): Promise<number> {
  const { secret, expiresAt } = flags.renew ? await renewed(stateFolder) : await kept(stateFolder);
  const till = expiresAt === null ? 'until the set-up is complete' : `for one sign-in until ${expiresAt}`;
  out.write(out.json ? `${JSON.stringify({ secret, expiresAt })}\n` : `${secret}   (${till})\n`);
  return 0;
}

async function kept(stateFolder: string): Promise<NewSecretAnswer> {
  const path = accessFiles(stateFolder).secret;
  const text = await readFileIfThere(path).catch((error: unknown) => {
    throw new DemarcError('daemon.no-access', path, { cause: error });
  });
  if (text === undefined) throw new DemarcError('wizard.no-secret');
  return { secret: text.trim(), expiresAt: null };
}

async function renewed(stateFolder: string): Promise<NewSecretAnswer> {
  const api = await LocalApi.find(stateFolder);
  return await api.call(NewSecretAnswer, { method: 'POST', path: '/api/setup-secret' });
}
