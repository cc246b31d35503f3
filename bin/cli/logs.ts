import { z } from 'zod';
import type { LocalApi } from './client.ts';
import { type Output, plain } from './output.ts';

const Line = z.looseObject({
  level: z.string(),
  time: z.string(),
  msg: z.string().optional(),
  code: z.string().optional(),
});
const Lines = z.object({ lines: z.array(Line) });

export interface LogOptions {
  lines: number;
  level?: string;
  text?: string;
  /** ISO instants. */
  from?: string;
  to?: string;
  follow?: boolean;
}

/** `demarc logs`: the last lines, then with `--follow` what comes. With `--json` one JSON line each. */
export async function logs(api: LocalApi, out: Output, options: LogOptions): Promise<number> {
  const query = new URLSearchParams({ lines: String(options.lines) });
  if (options.level !== undefined) query.set('level', options.level);
  if (options.text !== undefined) query.set('text', options.text);
  if (options.from !== undefined) query.set('from', options.from);
  if (options.to !== undefined) query.set('to', options.to);
  const show = (line: z.infer<typeof Line>) => out.write(out.json ? `${JSON.stringify(line)}\n` : readable(line));
  if (options.follow === true) {
    query.set('follow', 'true');
    for await (const line of api.lines({ path: `/api/logs?${query}` })) {
      const parsed = Line.safeParse(line);
      if (parsed.success) show(parsed.data);
    }
    return 0;
  }
  const answer = await api.call(Lines, { path: `/api/logs?${query}` });
  for (const line of answer.lines) show(line);
  return 0;
}

const COMMON = new Set(['level', 'time', 'msg', 'code', 'unit']);

function readable(line: z.infer<typeof Line>): string {
  const more = Object.entries(line).filter(([key]) => !COMMON.has(key));
  const details = more.length === 0 ? '' : ` ${plain(JSON.stringify(Object.fromEntries(more)))}`;
  const code = line.code === undefined ? '' : ` [${plain(line.code)}]`;
  return `${plain(line.time)} ${plain(line.level).padEnd(5)} ${plain(line.msg ?? '')}${code}${details}\n`;
}
