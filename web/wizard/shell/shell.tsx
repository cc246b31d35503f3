import { AppShell, Burger, Button, Center, Group, Loader, Text } from '@mantine/core';
import { useDisclosure, useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { LanguageSwitch } from '#web/kit/language-switch.tsx';
import { LiveIndicator } from '#web/kit/live/live-indicator.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { ThemeSwitch } from '#web/kit/theme-switch.tsx';
import { type LiveState, useLive } from '../data/live.ts';
import { useStatus } from '../data/queries.ts';
import { useSessionActs } from '../data/session.ts';
import { useWizardQuery, WizardProvider } from '../data/wizard.tsx';
import { text } from '../texts/index.ts';
import { Banners } from './banners.tsx';
import { Navigation } from './navigation.tsx';
import { PageBoundary } from './page-boundary.tsx';
import { Routes } from './routes.tsx';

const INDICATED = { connecting: 'connecting', live: 'live', starting: 'reconnecting', lost: 'reconnecting' } as const;

/** The frame of every page: where the installation stands, whether the gateway answers, and what is wrong with it. */
export function Shell() {
  const [opened, menu] = useDisclosure();
  const [path] = useLocation();
  const live = useLive();
  const narrow = useMediaQuery('(max-width: 36em)') ?? false;
  const { signOut } = useSessionActs();
  const { close } = menu;
  const shownPath = useRef(path);
  useReloadAfterUpdate();
  useEffect(() => {
    if (shownPath.current === path) return;
    shownPath.current = path;
    close();
    window.scrollTo(0, 0);
  }, [path, close]);
  const controls = (
    <>
      <LanguageSwitch />
      <Button size="xs" variant="default" onClick={() => void signOut()}>
        {text.app.signOut}
      </Button>
    </>
  );
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 240, breakpoint: 'md', collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="dk-skip" href="#content">
        {text.app.skip}
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" justify="space-between" wrap="nowrap" gap="xs">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger
              opened={opened}
              onClick={menu.toggle}
              hiddenFrom="md"
              size="sm"
              aria-expanded={opened}
              aria-label={opened ? text.app.closeNavigation : text.app.openNavigation}
            />
            <img src="/icon.svg" alt="" width={26} height={26} />
            {!narrow && <GatewayName />}
          </Group>
          <Group gap="xs" wrap="nowrap">
            <LiveIndicator state={INDICATED[live]} />
            {!narrow && controls}
            <ThemeSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={text.app.pages} style={{ overflowY: 'auto' }}>
        <Page live={live} part="navigation" />
        {narrow && (
          <Group mt="md" gap="xs">
            {controls}
          </Group>
        )}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <Page live={live} part="content" />
      </AppShell.Main>
    </AppShell>
  );
}

function GatewayName() {
  const { data } = useStatus();
  return (
    <Text fw={700} truncate>
      {text.app.name}
      {data && (
        <Text span c="dimmed" fw={400}>
          {` ${data.hostName}`}
        </Text>
      )}
    </Text>
  );
}

/** Everything below stands on the state of the set-up. */
function Page(props: { live: LiveState; part: 'navigation' | 'content' }) {
  const [path] = useLocation();
  const wizard = useWizardQuery();
  if (props.part === 'navigation') {
    return wizard.data ? (
      <WizardProvider value={wizard.data}>
        <Navigation path={path} />
      </WizardProvider>
    ) : null;
  }
  return (
    <>
      <Banners live={props.live} />
      {wizard.data ? (
        <WizardProvider value={wizard.data}>
          <PageBoundary key={path}>
            <Routes />
          </PageBoundary>
        </WizardProvider>
      ) : wizard.error ? (
        <ErrorPanel error={wizard.error} onRetry={() => void wizard.refetch()} />
      ) : (
        <Waiting />
      )}
    </>
  );
}

const Waiting = () => (
  <Center mih="40dvh">
    <Loader aria-label={kitText.loading} role="status" />
  </Center>
);

/** A gateway that comes back with another version brings other pages along. */
function useReloadAfterUpdate(): void {
  const version = useStatus().data?.version;
  const first = useRef(version);
  useEffect(() => {
    first.current ??= version;
    if (version !== first.current) location.reload();
  }, [version]);
}
