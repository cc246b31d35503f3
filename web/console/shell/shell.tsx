import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import type { QueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { Change } from '#contract/api.ts';
import { Command } from '#contract/api.ts';
import { LiveIndicator } from '#web/kit/live/live-indicator.tsx';
import { useLive } from '#web/kit/live/use-live.ts';
import { ThemeSwitch } from '#web/kit/theme-switch.tsx';
import { useAccount } from '../data/account.tsx';
import { Bell } from '../pages/notifications/bell.tsx';
import { text } from '../texts/index.ts';
import { AccountSwitcher } from './account-switcher.tsx';
import { NotAllowed, NotForOneAccount, NotFound } from './dead-ends.tsx';
import { Navigation } from './navigation.tsx';
import { PageBoundary } from './page-boundary.tsx';
import { PAGES } from './pages.tsx';
import { PersonMenu } from './person-menu.tsx';
import { useMayOpen } from './use-may-open.ts';

/** A command's row comes with its change: its state is on the screen without another reading. */
function patchCommand(change: Change, client: QueryClient): void {
  if (change.topic !== 'command' || change.row === undefined) return;
  const row = Command.safeParse(change.row);
  if (row.success) client.setQueryData(['commands', 'one', row.data.id], row.data);
}

/** The frame of every page: navigation, account in view, live state, appearance, person. */
export function Shell() {
  const [opened, menu] = useDisclosure();
  const [path] = useLocation();
  const { account } = useAccount();
  const live = useLive({ account, patch: patchCommand });
  const narrow = useMediaQuery('(max-width: 30em)') ?? false;
  const { close } = menu;
  const shownPath = useRef(path);
  useEffect(() => {
    if (shownPath.current === path) return;
    shownPath.current = path;
    close();
    window.scrollTo(0, 0);
    // A screen reader goes on from the new page; the tab key from its beginning.
    document.getElementById('content')?.focus({ preventScroll: true });
  }, [path, close]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'md', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="dk-skip" href="#content">
        {text.app.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={menu.toggle}
              hiddenFrom="md"
              size="sm"
              aria-expanded={opened}
              aria-label={opened ? text.app.closeNavigation : text.app.openNavigation}
            />
            <img src="/icon.svg" alt="" width={26} height={26} />
            {!narrow && <Text fw={700}>{text.app.name}</Text>}
          </Group>
          <Group gap="xs" wrap="nowrap" miw={0}>
            {!narrow && <AccountSwitcher />}
            <LiveIndicator state={live} />
            <Bell />
            <ThemeSwitch />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        p="xs"
        aria-label={text.app.navigation}
        className="dk-navbar"
        data-folded={!opened || undefined}
        onKeyDown={({ key }) => key === 'Escape' && close()}
      >
        {narrow && <AccountSwitcher />}
        <Navigation path={path} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <PageBoundary key={path}>
          <Routes />
        </PageBoundary>
      </AppShell.Main>
    </AppShell>
  );
}

function Routes() {
  const mayOpen = useMayOpen();
  return (
    <Switch>
      {PAGES.map((page) => (
        <Route
          key={page.path}
          path={page.path}
          component={mayOpen(page) ? page.page : page.whole ? NotForOneAccount : NotAllowed}
        />
      ))}
      <Route component={NotFound} />
    </Switch>
  );
}
