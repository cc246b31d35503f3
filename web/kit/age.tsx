import { Tooltip } from '@mantine/core';
import { absoluteTime, age } from './format/age.ts';
import { useNow } from './now.tsx';
import { kitText } from './texts/index.ts';

/** How far the clock of the page may be behind: what has just come must not look as if it were to come. */
const TICK_MS = 15_000;

/**
 * An instant as an age that keeps itself right, with the full time and its zone on hover and on focus. In a table row
 * it takes no tab stop of its own: the row's details show the same.
 */
export function Age(props: { at: string | null | undefined; inRow?: boolean; none?: string }) {
  const now = useNow();
  if (props.at === null || props.at === undefined)
    return <span className="dk-dimmed">{props.none ?? kitText.never}</span>;
  const at = Date.parse(props.at);
  return (
    <Tooltip label={absoluteTime(props.at)} events={{ hover: true, focus: true, touch: true }}>
      <time className="dk-age" dateTime={props.at} {...(props.inRow ? {} : { tabIndex: 0 })}>
        {age(Math.min(at, at - now < TICK_MS ? now : at), now)}
      </time>
    </Tooltip>
  );
}

/** "as of 3 min ago", for a part of a page that was received as one. */
export const AsOf = (props: { at: string | null; none: string }) => (
  <span className="dk-dimmed dk-small">
    {props.at === null ? (
      props.none
    ) : (
      <>
        {kitText.asOf} <Age at={props.at} />
      </>
    )}
  </span>
);
