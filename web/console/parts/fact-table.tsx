import type { NumberFact, TextFact } from '#contract/sections.ts';
import { Age } from '#web/kit/age.tsx';
import { PlainTable } from '#web/kit/plain-table.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { StaleMark } from '../pages/inventory/licence.tsx';
import { text } from '../texts/index.ts';

type Line =
  | { label: string; fact: TextFact; show?: undefined }
  | { label: string; fact: NumberFact; show: (value: number) => string };

const shown = (line: Line): string | null => {
  if (line.show === undefined) return line.fact.value;
  return line.fact.value === null ? null : line.show(line.fact.value);
};

/** Properties with where each value comes from and how old it is (INV-25). */
export const FactTable = (props: { label: string; facts: readonly Line[] }) => (
  <PlainTable label={props.label} headings={[text.platforms.property, text.platforms.value, text.platforms.source]}>
    {props.facts.map((line) => (
      <tr key={line.label}>
        <td>{line.label}</td>
        <td>
          {shown(line) ?? <span className="dk-dimmed">{line.fact.problem ?? kitText.notKnown}</span>}
          {line.fact.stale && <StaleMark problem={line.fact.problem} />}
        </td>
        <td className="dk-dimmed dk-small">
          {line.fact.source}, <Age at={line.fact.at} inRow />
        </td>
      </tr>
    ))}
  </PlainTable>
);
