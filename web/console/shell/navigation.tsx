import { Box, NavLink, UnstyledButton } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useId } from 'react';
import { Link } from 'wouter';
import { Icon } from '#web/kit/icons.tsx';
import { text } from '../texts/index.ts';
import { currentEntry, GROUPS, type NavEntry, type NavGroup } from './nav-entries.ts';
import { PAGES } from './pages.tsx';
import { useMayOpen } from './use-may-open.ts';

/** Links to the pages that the person may open, by subject; what is folded away stays so in this browser. */
export function Navigation(props: { path: string }) {
  const mayOpen = useMayOpen();
  const entries = PAGES.flatMap((page) =>
    page.nav === undefined || !mayOpen(page) ? [] : [{ path: page.path, ...page.nav }],
  );
  const current = currentEntry(props.path, entries);
  const [folded, setFolded] = useLocalStorage<readonly NavGroup[]>({
    key: 'demarc.nav.folded',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const links = (group: NavGroup | undefined) =>
    entries
      .filter((entry) => entry.group === group)
      .map((entry) => <Entry key={entry.path} entry={entry} path={props.path} current={entry === current} />);
  return (
    <>
      <ul className="dk-nav">{links(undefined)}</ul>
      {GROUPS.filter((group) => entries.some((entry) => entry.group === group)).map((group) => (
        <Group
          key={group}
          label={text.nav.groups[group]}
          open={!folded.includes(group) || current?.group === group}
          onToggle={() =>
            setFolded(folded.includes(group) ? folded.filter((one) => one !== group) : [...folded, group])
          }
        >
          {links(group)}
        </Group>
      ))}
    </>
  );
}

function Group(props: { label: string; open: boolean; onToggle: () => void; children: React.ReactNode }) {
  const id = useId();
  return (
    <Box mt="xs">
      <UnstyledButton
        className="dk-nav-group"
        aria-expanded={props.open}
        aria-controls={id}
        id={`${id}-label`}
        onClick={props.onToggle}
      >
        {props.label}
        <Icon name={props.open ? 'down' : 'right'} size={12} />
      </UnstyledButton>
      <ul className="dk-nav" id={id} aria-labelledby={`${id}-label`} hidden={!props.open}>
        {props.children}
      </ul>
    </Box>
  );
}

function Entry(props: { entry: NavEntry; path: string; current: boolean }) {
  const { path, label, icon } = props.entry;
  const here = props.path === path ? 'page' : 'true';
  return (
    <li>
      <NavLink
        component={Link}
        href={path}
        label={label}
        leftSection={<Icon name={icon} />}
        active={props.current}
        aria-current={props.current ? here : undefined}
        py={6}
      />
    </li>
  );
}
