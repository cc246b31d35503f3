import { Anchor, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { z } from 'zod';
import { NumberSourceState } from '#contract/api/numbers.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { said } from '#web/kit/said.ts';
import { useAccount } from '../../data/account.tsx';
import { text } from '../../texts/index.ts';

const t = text.numbers;
const Answer = z.object({ items: z.array(NumberSourceState) });

/** Under the heading of both pages: the way to the other one, and where the numbers come from. */
export const NumbersNote = (props: { current: 'ranges' | 'dids' }) => {
  const { account } = useAccount();
  return (
    <Stack gap={4}>
      <nav aria-label={t.sections}>
        <Group gap="md">
          <Section href="/numbers" label={t.ranges} current={props.current === 'ranges'} />
          <Section href="/numbers/dids" label={t.dids} current={props.current === 'dids'} />
        </Group>
      </nav>
      {account !== undefined && <Sources account={account} />}
    </Stack>
  );
};

const Section = (props: { href: string; label: string; current: boolean }) => (
  <Anchor
    component={Link}
    href={props.href}
    size="sm"
    fw={props.current ? 700 : 400}
    underline={props.current ? 'always' : 'hover'}
    aria-current={props.current ? 'page' : undefined}
  >
    {props.label}
  </Anchor>
);

/** Of each PBX by which channel its numbers are known, how old they are, and what it does not tell. */
function Sources(props: { account: string }) {
  const api = useApi();
  const sources = useQuery({
    queryKey: ['dids', 'sources', props.account],
    queryFn: ({ signal }) => api.get('/number-sources', Answer, { account: props.account }, signal),
  });
  const items = sources.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <details className="dk-small">
      <summary>{t.known.title}</summary>
      <ul>
        {items.map((one) => (
          <li key={one.pbx}>
            <strong>{one.pbxName}</strong> ({PBX_TYPE_NAMES[one.pbxType]}): <How source={one} />
            {one.note !== null && <> {said(one.note)}</>}
            {one.omitted > 0 && <> {t.known.omitted(one.omitted)}</>}
          </li>
        ))}
      </ul>
    </details>
  );
}

function How(props: { source: NumberSourceState }) {
  const { via, readAt, pbxType } = props.source;
  if (via === 'none') return <>{t.known.notSupported}.</>;
  if (readAt !== null) {
    return (
      <>
        {via}, {t.known.read} <Age at={readAt} inRow />.
      </>
    );
  }
  return (
    <>
      {via}, {pbxType === 'mivoice-5000' ? t.known.withUsers : t.known.notYet}.
    </>
  );
}
