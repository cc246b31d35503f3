import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { LocalApi } from './client.ts';
import { fields, type Output, plain } from './output.ts';

const Access = z.looseObject({ hasPassword: z.boolean(), hasCa: z.boolean(), hasCertificate: z.boolean() });
const Trunks = z.object({ trunks: z.array(z.looseObject({ id: z.string(), name: z.string(), access: Access })) });

export interface TrunkAccessOptions {
  password?: boolean;
  ca?: string;
  certificate?: string;
  key?: string;
}

/**
 * `demarc trunk-access [trunk]`: what a trunk needs on site alone. The password is read from standard input: arguments are
 * seen by every user of a machine. Without a trunk it lists them.
 */
export async function trunkAccess(
  api: LocalApi,
  out: Output,
  wanted: string | undefined,
  options: TrunkAccessOptions,
): Promise<number> {
  const { trunks } = await api.call(Trunks, { path: '/api/trunks' });
  const chosen = trunks.filter(({ id, name }) => wanted === undefined || id === wanted || name === wanted);
  if (wanted !== undefined && chosen.length === 0) throw new DemarcError('trunk.unknown', wanted);
  const [only] = chosen;
  if (wanted !== undefined && only) {
    const body = {
      ...(options.password ? { password: (await text(process.stdin)).replace(/\r?\n$/, '') } : {}),
      ...(options.ca === undefined ? {} : { ca: await readFile(options.ca, 'utf8') }),
      ...(options.certificate === undefined ? {} : { certificate: await readFile(options.certificate, 'utf8') }),
      ...(options.key === undefined ? {} : { key: await readFile(options.key, 'utf8') }),
    };
    if (Object.keys(body).length > 0) {
      only.access = await api.call(Access, { method: 'PUT', path: `/api/trunks/${only.id}/access`, body });
    }
  }
  if (out.json) out.write(`${JSON.stringify({ trunks: chosen })}\n`);
  else for (const { name, access } of chosen) out.write(fields([[plain(name), described(access)]]));
  return 0;
}

const described = ({ hasPassword, hasCa, hasCertificate }: z.infer<typeof Access>): string =>
  [
    hasPassword ? 'password set' : 'no password',
    hasCa ? 'own authorities' : 'authorities of the system',
    hasCertificate ? 'client certificate set' : 'no client certificate',
  ].join(', ');
