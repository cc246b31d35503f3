import { readFile } from 'node:fs/promises';

/** The kernel's id of this boot: a new one proves that the machine was restarted. Undefined where there is none. */
export async function bootId(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text?.trim().slice(0, 64) || undefined;
}
