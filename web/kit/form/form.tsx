import { Alert, Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import { Icon } from '../icons.tsx';
import { Overtaken } from '../overtaken.tsx';
import { ErrorPanel } from '../panels.tsx';
import { kitText } from '../texts/index.ts';
import { type Fault, faultsOf, fieldNamed, goTo } from './faults.ts';
import type { Edited } from './use-edited.ts';

/**
 * A form with its buttons. What is not right yet is listed at its foot, and each line leads to its field (NTF-5). When
 * somebody else was faster (412), nothing is overwritten: the newest can be taken over and the change made again.
 */
export function Form(props: {
  edited: Edited;
  action: string;
  /** Words for a form that is no region of its own page. */
  label?: string;
  /** Why it cannot be sent yet. */
  blocked?: boolean;
  /** Only shown: without buttons. */
  readOnly?: boolean;
  onCancel?: () => void;
  /** Further buttons beside that which saves. */
  more?: ReactNode;
  overtaken?: { title: string; next: string; action: string };
  size?: 'xs';
  maw?: number;
  children: ReactNode;
}) {
  const { save, newest } = props.edited;
  const [form, setForm] = useState<HTMLFormElement | null>(null);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const [attempt, setAttempt] = useState(0);
  // A line goes as soon as its field is right, which it is once the page has taken over what was typed.
  const look = () => {
    if (faults.length === 0 || form === null) return;
    setTimeout(() => {
      const now = faultsOf(form);
      setFaults((before) => before.flatMap(({ field }) => now.find((one) => one.field === field) ?? []));
    });
  };
  const isStale = newest !== undefined && save.error instanceof ApiError && save.error.status === 412;
  const size = props.size ?? 'sm';
  return (
    <form
      ref={setForm}
      className="dk-form"
      noValidate
      aria-label={props.label}
      onInput={look}
      onBlur={look}
      onSubmit={(event) => {
        event.preventDefault();
        // A form in a dialog of another form's page is no part of that form.
        event.stopPropagation();
        const found = faultsOf(event.currentTarget);
        setFaults(found);
        setAttempt(attempt + 1);
        if (found.length === 0) save.mutate();
        else if (found.length === 1 && found[0]) goTo(found[0].field);
      }}
    >
      <Stack gap={size === 'xs' ? 'sm' : 'md'} maw={props.maw}>
        {props.children}
        {faults.length > 0 && <FaultList key={attempt} faults={faults} />}
        {isStale && <Overtaken {...props.overtaken} busy={newest.isPending} onTake={() => newest.mutate()} />}
        {newest?.error ? <ErrorPanel error={newest.error} /> : null}
        {save.error && !isStale ? <Refusal error={save.error} form={form} /> : null}
        {!props.readOnly && (
          <Group justify={props.onCancel ? 'flex-end' : 'flex-start'} gap="xs">
            {props.onCancel && (
              <Button variant="default" size={size} onClick={props.onCancel}>
                {kitText.cancel}
              </Button>
            )}
            <Button type="submit" size={size} loading={save.isPending} disabled={isStale || props.blocked === true}>
              {props.action}
            </Button>
            {props.more}
          </Group>
        )}
      </Stack>
    </form>
  );
}

/** The table of contents of what is wrong. Of several the first gets the focus; a single one has its field focused. */
function FaultList({ faults }: { faults: readonly Fault[] }) {
  const list = useRef<HTMLDivElement>(null);
  const several = useRef(faults.length > 1);
  useEffect(() => {
    if (several.current) list.current?.querySelector('button')?.focus();
  }, []);
  return (
    <Alert role="alert" variant="default" icon={<Icon name="warning" />} title={kitText.faults.title(faults.length)}>
      <div ref={list}>
        <List size="sm" listStyleType="none">
          {faults.map(({ field, label, message }) => (
            <List.Item key={field.id}>
              <Anchor component="button" type="button" size="sm" ta="start" onClick={() => goTo(field)}>
                {label}
              </Anchor>
              <Text span size="sm">
                : {message}
              </Text>
            </List.Item>
          ))}
        </List>
      </div>
    </Alert>
  );
}

/** Why the server did not take it, with the way to the field that it names. */
function Refusal({ error, form }: { error: unknown; form: HTMLFormElement | null }) {
  const name = error instanceof ApiError ? error.field : undefined;
  const meant = form && name !== undefined ? fieldNamed(form, name) : undefined;
  return (
    <div ref={(element) => element?.scrollIntoView({ block: 'nearest' })}>
      <ErrorPanel error={error}>
        {meant && (
          <Anchor component="button" type="button" size="sm" ta="start" onClick={() => goTo(meant.field)}>
            {kitText.faults.toField(meant.label)}
          </Anchor>
        )}
      </ErrorPanel>
    </div>
  );
}
