// Which form of a program runs: the built one or the sources.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Beside a built program: the sources that went into it, by their paths from the root. */
export const SOURCES_FILE = 'sources.json';

/**
 * The path of the program to import: the built one as long as none of its sources is newer, or where there are no
 * sources at all; else the sources. A build that is out of date is never run.
 * @param {{ root: string, built: string, source: string, form?: string | undefined }} options `built` and `source` from
 * the root; `form` is "source" or "built" to have one of them whatever their age
 * @returns {string}
 */
export function programPath({ root, built, source, form }) {
  const [builtPath, sourcePath] = [join(root, built), join(root, source)];
  if (form === 'source') return sourcePath;
  if (form === 'built' || changedAt(sourcePath) === undefined) return builtPath;
  try {
    const list = join(builtPath, '..', SOURCES_FILE);
    const builtAt = statSync(list).mtimeMs;
    const sources = JSON.parse(readFileSync(list, 'utf8'));
    const isCurrent = sources.every((path) => (changedAt(join(root, path)) ?? Infinity) <= builtAt);
    return isCurrent ? builtPath : sourcePath;
  } catch {
    // Not built, or only half: the sources are there.
    return sourcePath;
  }
}

/** @param {string} path */
const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs;
