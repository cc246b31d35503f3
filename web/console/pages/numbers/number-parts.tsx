import { NativeSelect, Text } from '@mantine/core';
import { Location } from '#contract/api/locations.ts';
import { type Did, type ExtensionRange, NumberSource } from '#contract/api/numbers.ts';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useList } from '../../data/list.ts';
import { usePbxs } from '../../data/pbxs.ts';
import { text } from '../../texts/index.ts';

const t = text.numbers;

/** What both lists can be filtered by. */
export const COMMON_FIELDS: readonly FilterField[] = [
  { field: 'pbxName', label: t.pbx, kind: 'text' },
  { field: 'location', label: t.location, kind: 'text' },
  {
    field: 'source',
    label: t.source,
    kind: 'choice',
    choices: NumberSource.options.map((value) => ({ value, label: t.sources[value] })),
  },
  {
    field: 'conflict',
    label: t.conflict,
    kind: 'choice',
    choices: (['yes', 'no'] as const).map((value) => ({ value, label: t.conflicts[value] })),
  },
];

/** Every entry that overlaps, in words. */
export function Conflicts(props: { entry: ExtensionRange | Did }) {
  const { conflicts } = props.entry;
  if (conflicts.length === 0) return null;
  return (
    <ul className="dk-plain-list">
      {conflicts.map(({ from, to, pbxName }) => (
        <li key={`${pbxName} ${from} ${to}`}>
          <StatusBadge tone="warn" icon="warning">
            {t.overlaps(from, to, pbxName)}
          </StatusBadge>
        </li>
      ))}
    </ul>
  );
}

/** A choice among the PBXs that the account's gateways told of. */
export function PbxChoice(props: { value: string; onChange: (pbx: string) => void }) {
  const { pbxs, loading } = usePbxs();
  if (!loading && pbxs.length === 0) return <Text size="sm">{t.noPbx}</Text>;
  return (
    <NativeSelect
      label={t.pbx}
      required
      value={props.value}
      data={[
        { value: '', label: loading ? kitText.loading : t.choosePbx, disabled: true },
        ...pbxs.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

/** A choice among the locations of the account that the entry is in. */
export function LocationChoice(props: {
  account: string;
  value: string | null;
  onChange: (location: string | null) => void;
}) {
  const { rows } = useList('locations', Location, { account: props.account }, { limit: 200 });
  return (
    <NativeSelect
      label={t.location}
      value={props.value ?? ''}
      data={[{ value: '', label: t.noLocation }, ...rows.map(({ id, name }) => ({ value: id, label: name }))]}
      onChange={(event) => props.onChange(event.currentTarget.value || null)}
    />
  );
}
