import { Text } from '@mantine/core';
import { useId } from 'react';
import type { TrunkHistory, TrunkHistoryPoint } from '#contract/trunk-health.ts';
import { count, tenth } from '#web/kit/format/numbers.ts';
import { text } from '../../texts/index.ts';

const t = text.trunkHealth;

const WIDTH = 576;
const STRIP = 26;
const LINE = 54;

type Kind = 'good' | 'warn' | 'bad';
/** The height says what the colour says, for those who cannot tell the colours apart. */
const HEIGHT: Readonly<Record<Kind, number>> = { good: 8, warn: 16, bad: STRIP };

function kindOf([tries, answered, accepted]: TrunkHistoryPoint): Kind {
  if (answered === 0) return 'bad';
  return accepted < tries ? 'warn' : 'good';
}

/** Neighbours of one kind as one bar: begin and end in steps. */
function barsOf(points: TrunkHistory['points']): { kind: Kind; from: number; to: number }[] {
  const bars: { kind: Kind; from: number; to: number }[] = [];
  for (const [index, point] of points.entries()) {
    if (point === null) continue;
    const kind = kindOf(point);
    const last = bars.at(-1);
    if (last?.kind === kind && last.to === index) last.to = index + 1;
    else bars.push({ kind, from: index, to: index + 1 });
  }
  return bars;
}

/** The average round trips as a path with gaps where nobody answered; the top is the largest of them. */
function pathOf(points: TrunkHistory['points'], top: number, step: number): string {
  let path = '';
  let pen = 'M';
  for (const [index, point] of points.entries()) {
    if (point === null || point[1] === 0) {
      pen = 'M';
      continue;
    }
    const y = STRIP + 8 + LINE * (1 - point[3] / top);
    path += `${pen}${((index + 0.5) * step).toFixed(1)} ${y.toFixed(1)}h0.1`;
    pen = 'L';
  }
  return path;
}

function inWords(points: readonly TrunkHistoryPoint[]): string {
  const tries = points.reduce((sum, [n]) => sum + n, 0);
  const answered = points.reduce((sum, [, n]) => sum + n, 0);
  if (answered === 0) return t.silent(count(tries));
  const average = points.reduce((sum, [, n, , ms]) => sum + n * ms, 0) / answered;
  const worst = Math.max(...points.map(([, , , , ms]) => ms));
  // Rounded down: a day with one lost answer is not 100 %.
  const share = tenth(Math.floor((answered / tries) * 1000) / 10);
  return t.summary(share, count(tries), tenth(average), tenth(worst));
}

/** A day of one end: how its answers were in steps of five minutes, and the round trip below. Says the same in words. */
export function HealthPicture(props: { history: TrunkHistory }) {
  const { points } = props.history;
  const id = useId();
  const asked = points.filter((point) => point !== null);
  if (asked.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t.noPicture}
      </Text>
    );
  }
  const step = WIDTH / points.length;
  const top = Math.max(1, ...asked.map(([, , , average]) => average));
  const words = inWords(asked);
  return (
    <div>
      <svg
        viewBox={`0 0 ${WIDTH} ${STRIP + LINE + 14}`}
        width="100%"
        style={{ display: 'block', maxWidth: WIDTH * 1.5 }}
        role="img"
        aria-labelledby={id}
      >
        <rect x="0" y={STRIP - 0.5} width={WIDTH} height="1" fill="var(--dk-line)" />
        {barsOf(points).map(({ kind, from, to }) => (
          <rect
            key={from}
            x={from * step}
            y={STRIP - HEIGHT[kind]}
            width={(to - from) * step}
            height={HEIGHT[kind]}
            fill={`var(--dk-${kind})`}
          />
        ))}
        <path
          d={pathOf(points, top, step)}
          fill="none"
          stroke="var(--dk-busy)"
          strokeWidth="1.5"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <rect x="0" y={STRIP + LINE + 12} width={WIDTH} height="1" fill="var(--dk-line)" />
      </svg>
      <Text size="sm" id={id}>
        {words}
      </Text>
      <Text size="xs" c="dimmed">
        {t.legend}
      </Text>
    </div>
  );
}
