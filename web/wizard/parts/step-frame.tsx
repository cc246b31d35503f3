import { Button, Group, List, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import type { StepId } from '#contract/wizard/state.ts';
import { Dialog } from '#web/kit/dialog.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { PageHeader } from '#web/kit/panels.tsx';
import { useWizard } from '../data/wizard.tsx';
import { text } from '../texts/index.ts';
import { StatusLine } from './status-line.tsx';

/** The frame of each step: where one is, how it stands, what to prepare (ONB-16), and the way on and back. */
export function StepFrame(props: {
  step: StepId;
  lead: ReactNode;
  /** What must be there before this step. */
  checklist: readonly string[];
  /** The way on; left out where the page itself brings it. */
  next?: ReactNode;
  children: ReactNode;
}) {
  const { steps } = useWizard();
  const at = steps.findIndex(({ id }) => id === props.step);
  const before = steps[at - 1];
  const [, navigate] = useLocation();
  return (
    <Stack className="dw-page">
      <Text size="sm" c="dimmed">
        {text.step.of(at + 1, steps.length)}
      </Text>
      <PageHeader
        title={text.step.names[props.step]}
        note={props.lead}
        actions={<Checklist items={props.checklist} />}
      />
      <StatusLine />
      {props.children}
      <Group justify="space-between">
        {before ? (
          <Button variant="default" onClick={() => navigate(`/setup/${before.id}`)}>
            {text.step.back}
          </Button>
        ) : (
          <span />
        )}
        {props.next}
      </Group>
    </Stack>
  );
}

function Checklist(props: { items: readonly string[] }) {
  const [opened, dialog] = useDisclosure();
  // Each line can be ticked off while one goes through them; nobody else needs to know.
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const toggle = (item: string) =>
    setTicked((now) => new Set(now.has(item) ? [...now].filter((one) => one !== item) : [...now, item]));
  return (
    <>
      <Button variant="subtle" size="xs" leftSection={<Icon name="check" size={14} />} onClick={dialog.open}>
        {text.step.checklist}
      </Button>
      <Dialog opened={opened} onClose={dialog.close} title={text.step.checklistTitle}>
        <List listStyleType="none" spacing="xs" size="sm">
          {props.items.map((item) => (
            <List.Item key={item}>
              <label className="dw-tick">
                <input type="checkbox" checked={ticked.has(item)} onChange={() => toggle(item)} />
                <span>{item}</span>
              </label>
            </List.Item>
          ))}
        </List>
      </Dialog>
    </>
  );
}
