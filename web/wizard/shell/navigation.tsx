import { NavLink, Text } from '@mantine/core';
import { Link } from 'wouter';
import { Icon, type IconName } from '#web/kit/icons.tsx';
import { useWizard } from '../data/wizard.tsx';
import { text } from '../texts/index.ts';
import { PAGES } from './pages.tsx';

const LOOK = { done: 'success', current: 'right', open: 'dashed' } as const satisfies Record<string, IconName>;

/** The steps with how far each is, in words too, and the pages of the gateway. */
export function Navigation(props: { path: string }) {
  const { steps } = useWizard();
  return (
    <>
      <Text size="xs" c="dimmed" fw={600} px="sm" py={4} id="steps-title">
        {text.app.wizard}
      </Text>
      <ol className="dw-steps" aria-labelledby="steps-title">
        {steps.map(({ id, state, optional }, at) => (
          <li key={id}>
            <NavLink
              component={Link}
              href={`/setup/${id}`}
              label={`${at + 1}. ${text.step.names[id]}`}
              description={text.step[state === 'open' && optional ? 'optional' : state]}
              leftSection={
                <span className={`dw-step-${state}`}>
                  <Icon name={LOOK[state]} />
                </span>
              }
              active={props.path.startsWith(`/setup/${id}`)}
              aria-current={props.path.startsWith(`/setup/${id}`) ? 'step' : undefined}
            />
          </li>
        ))}
      </ol>
      <Text size="xs" c="dimmed" fw={600} px="sm" pt="md" pb={4}>
        {text.app.gateway}
      </Text>
      {PAGES.map(({ path, label, icon }) => (
        <NavLink
          key={path}
          component={Link}
          href={path}
          label={label}
          leftSection={<Icon name={icon} />}
          active={props.path === path}
          aria-current={props.path === path ? 'page' : undefined}
        />
      ))}
    </>
  );
}
