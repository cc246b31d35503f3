import { Anchor, Stack, Text } from '@mantine/core';
import { Link, Redirect, Route, Switch } from 'wouter';
import { PageHeader } from '#web/kit/panels.tsx';
import { useWizard } from '../data/wizard.tsx';
import { text } from '../texts/index.ts';
import { LICENCES_PAGE, PAGES, STEP_PAGES } from './pages.tsx';

/** Which page an address shows; the bare one leads to where the installation stands. */
export function Routes() {
  const { steps, completedAt } = useWizard();
  const current = steps.find(({ state }) => state === 'current') ?? steps[0];
  return (
    <Switch>
      <Route path="/">
        <Redirect to={completedAt === null && current ? `/setup/${current.id}` : '/gateway'} replace />
      </Route>
      {/* A step by its address is shown also out of order; one of the other variant is none. */}
      {steps.map(({ id }) => (
        <Route key={id} path={id === 'pbx' || id === 'sync' ? `/setup/${id}/:pbx?` : `/setup/${id}`}>
          <StepPage id={id} />
        </Route>
      ))}
      {PAGES.map(({ path, page }) => (
        <Route key={path} path={path} component={page} />
      ))}
      <Route path="/licences" component={LICENCES_PAGE} />
      <Route>
        <Stack>
          <PageHeader title={text.app.notFound} note={text.app.notFoundNext} />
          <Text>
            <Anchor component={Link} href="/">
              {text.app.toStart}
            </Anchor>
          </Text>
        </Stack>
      </Route>
    </Switch>
  );
}

function StepPage(props: { id: keyof typeof STEP_PAGES }) {
  const Page = STEP_PAGES[props.id];
  return <Page />;
}
