import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fields } from './fields.ts';

const LOOKED_AT_BYTES = 65_536;

/** What a daemon logged as fatal after `since`, for the reason of a rollback; undefined when there is nothing of it. */
export function lastWords(stateFolder: string, since: string): string | undefined {
  try {
    const folder = join(stateFolder, 'logs');
    const logs = readdirSync(folder).filter((name) => /^daemon(\.\d+)?\.log$/.test(name));
    const newest = logs.map((name) => join(folder, name)).sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
    const lines = readFileSync(newest.at(-1) ?? '', 'utf8')
      .slice(-LOOKED_AT_BYTES)
      .trimEnd()
      .split('\n');
    for (const line of lines.toReversed()) {
      const { level, msg, time } = fields(JSON.parse(line));
      if (String(time) < since) break;
      if (level === 'fatal') return String(msg).slice(0, 300);
    }
  } catch {
    // The reason stands without it.
  }
  return undefined;
}
