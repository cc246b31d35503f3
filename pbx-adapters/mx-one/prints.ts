/** What the prints say that are not tables with a column per value. */
import type { DirectoryNumber } from '#pbx-adapters/adapter.ts';

/** Longest text that is taken over, in characters. */
const MAX_TEXT = 64;
const MAX_LICENCES = 500;

/** A licence with how much of it is in use. */
export interface LicenceUse {
  tag: string;
  used: number;
}

/** The version of the system in `ts_about`: the first line of that name; the packages after it have their own. */
export function versionOf(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const version = /^\s*Version\s*:\s*(\S.*)$/i.exec(line)?.[1]?.trim();
    if (version) return version.slice(0, MAX_TEXT);
  }
  return undefined;
}

/** The lines of `license_status` with a licence: its tag first, how much is used last. */
export function licencesOf(lines: readonly string[]): LicenceUse[] {
  const found: LicenceUse[] = [];
  for (const line of lines) {
    const match = /^\s*([A-Z0-9][A-Z0-9_-]*-[A-Z0-9_-]+)\s(?:.*\s)?(\d{1,9})\s*$/.exec(line);
    if (match?.[1] && found.length < MAX_LICENCES) {
      found.push({ tag: match[1].slice(0, MAX_TEXT), used: Number(match[2]) });
    }
  }
  return found;
}

/**
 * The extension ranges of `number_print`: the indented lines after EXTENSION NUMBER SERIES, `from - to` or one number,
 * up to the next line that is not indented.
 */
export async function* extensionRanges(lines: AsyncIterable<string>): AsyncGenerator<DirectoryNumber> {
  let inside = false;
  for await (const line of lines) {
    if (/^\S/.test(line)) inside = /^EXTENSION NUMBER SERIES\s*$/.test(line);
    if (!inside) continue;
    const match = /^\s+(\d{1,20})(?:\s*-\s*(\d{1,20}))?\s*$/.exec(line);
    if (!match?.[1]) continue;
    const [, from, to] = match;
    yield { kind: 'extension-range', from, ...(to === undefined || to === from ? {} : { to }) };
  }
}
