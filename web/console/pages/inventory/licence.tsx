import { Group, Stack } from '@mantine/core';
import type { Licence } from '#contract/sections.ts';
import { day } from '#web/kit/format/day.ts';
import { Icon } from '#web/kit/icons.tsx';
import { text } from '../../texts/index.ts';

/** A licence as a badge with the day that it ends, where it names one (INV-15 to INV-17). */
export function LicenceBadge(props: { licence: Licence | null }) {
  const { licence } = props;
  if (licence === null) return <span className="dk-dimmed">–</span>;
  return (
    <Stack gap={2}>
      <span>{text.inventory.licences[licence.type]}</span>
      {licence.expiresAt && (
        <span className="dk-dimmed dk-small">
          {text.platforms.until} {day(licence.expiresAt)}
        </span>
      )}
    </Stack>
  );
}

/** Says that a value is the last known one, because its source did not answer. */
export const StaleMark = (props: { problem: string | undefined }) => (
  <Group gap={4} wrap="nowrap" className="dk-small" title={props.problem ?? text.platforms.staleHint}>
    <Icon name="clock" size={12} />
    {text.platforms.stale}
  </Group>
);
