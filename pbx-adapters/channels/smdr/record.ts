import type { SmdrLayout } from './settings.ts';

/** A date and time as the PBX's clock shows it; the record has no year and no zone. */
export interface SmdrTime {
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** One call as its record says. */
export interface SmdrCall {
  start: SmdrTime;
  durationSeconds: number;
  /** Extension or trunk, as written. */
  calling: string;
  called?: string;
  /** Seconds until it was answered; undefined when it was not, or when the column is empty. */
  answerSeconds?: number;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * A line as a call, or undefined when it is no record of this layout. Read strictly by column: a line of another layout
 * must not give a call that is silently wrong. Blanks at the end may be missing.
 */
export function readRecord(line: string, layout: SmdrLayout): SmdrCall | undefined {
  const text = line.trimEnd();
  if (text.length > layout.length || !/^[\u0020-\u007e\u00a0-\u00ff]+$/.test(text)) return undefined;
  if (!gapsAreBlank(text, layout)) return undefined;
  const cell = ([from, to]: readonly [number, number]) => text.slice(from - 1, to);
  const start = startOf(cell(layout.date), cell(layout.start), cell(layout.afternoon));
  const duration = /^(\d{2,4}):([0-5]\d):([0-5]\d)$/.exec(cell(layout.duration));
  const calling = cell(layout.calling).trim();
  const answer = cell(layout.answer).trim();
  if (!start || !duration || !/^[A-Z]{0,3}\d*$/.test(calling) || calling === '') return undefined;
  if (!/^(\d{1,4}|\*+)?$/.test(answer)) return undefined;
  const called = layout.called ? cell(layout.called).trim() : '';
  return {
    start,
    durationSeconds: Number(duration[1]) * 3600 + Number(duration[2]) * 60 + Number(duration[3]),
    calling,
    ...(called === '' ? {} : { called }),
    ...(/^\d/.test(answer) ? { answerSeconds: Number(answer) } : {}),
  };
}

/** The column before date, start, duration and calling party is blank (or holds the mark of a long call). */
function gapsAreBlank(text: string, layout: SmdrLayout): boolean {
  const gaps = [layout.start[0] - 1, layout.duration[0] - 1, layout.calling[0] - 1];
  const [first] = layout.date;
  return (first === 1 || ' -%+'.includes(text.charAt(first - 2))) && gaps.every((column) => text[column - 1] === ' ');
}

function startOf(date: string, time: string, afternoon: string): SmdrTime | undefined {
  const found = /^(\d\d)\/(\d\d) (\d\d):([0-5]\d)(?::([0-5]\d))?$/.exec(`${date} ${time}`);
  if (!found) return undefined;
  const [month, day, written, minute, second] = found.slice(1).map((part) => Number(part ?? 0));
  if (month === undefined || day === undefined || written === undefined || minute === undefined) return undefined;
  if (day < 1 || day > (DAYS[month - 1] ?? 0)) return undefined;
  const isAfternoon = /p/i.test(afternoon);
  if (isAfternoon && (written < 1 || written > 12)) return undefined;
  const hour = isAfternoon ? (written % 12) + 12 : written;
  return hour > 23 ? undefined : { month, day, hour, minute, second: second ?? 0 };
}
