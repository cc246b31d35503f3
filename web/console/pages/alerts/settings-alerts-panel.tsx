import { Button, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ComponentType, type ReactNode, useState } from 'react';
import type { z } from 'zod';
import { MAX_PAGE, Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { useList } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { ScopeSelect, useScopes } from './settings-alerts-scope.tsx';
import { type Target, TargetLine, type TargetResource } from './settings-alerts-target.tsx';

const t = text.alertSettings;

/** One form at a time: of a new one, or of one that there is. */
export interface FormParts<T> {
  target: T | undefined;
  scopes: readonly (string | null)[];
  onSaved: ((saved: T) => void) | undefined;
  onClose: () => void;
}

/** What stands beside the buttons that both kinds have. */
export interface MoreParts<T> {
  target: T;
  onSaved: ((saved: T) => void) | undefined;
}

/** Those of one kind that the person may see, with how telling them goes, and the way to add and edit them. */
export function TargetsPanel<T extends Target>(props: {
  resource: TargetResource;
  schema: z.ZodType<T>;
  title: string;
  note: string;
  none: string;
  add: string;
  address: (target: T) => string;
  more?: ComponentType<MoreParts<T>>;
  form: ComponentType<FormParts<T>>;
  onSaved?: (saved: T) => void;
}) {
  const { resource, more: More, form: Form } = props;
  const targets = useList(resource, props.schema, { sort: 'name' }, { limit: MAX_PAGE });
  const mayEdit = useMay('settings:edit');
  const scopes = useScopes();
  const [edited, setEdited] = useState<T | 'new' | undefined>();
  return (
    <Panel
      title={props.title}
      aside={
        mayEdit &&
        scopes.length > 0 && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
            {props.add}
          </Button>
        )
      }
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {props.note}
        </Text>
        {targets.error ? <ErrorPanel error={targets.error} onRetry={targets.retry} /> : null}
        {targets.rows.map((target) => (
          <TargetLine
            key={target.id}
            resource={resource}
            target={target}
            address={props.address(target)}
            more={More && <More target={target} onSaved={props.onSaved} />}
            onEdit={() => setEdited(target)}
          />
        ))}
        {!targets.loading && targets.rows.length === 0 && !targets.error && <Text size="sm">{props.none}</Text>}
      </Stack>
      {edited !== undefined && (
        <Form
          target={edited === 'new' ? undefined : edited}
          scopes={scopes}
          onSaved={props.onSaved}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Panel>
  );
}

/** The form of either kind: name, what is its own, for whom (only a new one), and whether it is on. */
export function TargetForm<T extends Target, D extends { name: string; on: boolean }>(
  props: FormParts<T> & {
    resource: TargetResource;
    schema: z.ZodType<T>;
    add: string;
    draftOf: (target: T | undefined) => D;
    fields: (draft: D, set: (change: Partial<D>) => void) => ReactNode;
  },
) {
  const { resource, scopes, onClose } = props;
  const api = useApi();
  const queries = useQueryClient();
  const { base, draft, set, edited } = useEdited({
    entry: props.target,
    draftOf: (target): { own: D; account: string | null } => ({
      own: props.draftOf(target),
      account: scopes[0] ?? null,
    }),
    // There is no reading of one alone.
    ...(props.target && {
      read: async (before: T | undefined) => {
        const { items } = await api.get(`/${resource}`, Page(props.schema), { limit: MAX_PAGE });
        return items.find(({ id }) => id === before?.id);
      },
    }),
    onGone: onClose,
    save: ({ own, account }, before) =>
      before === undefined
        ? api.send('POST', `/${resource}`, props.schema, { ...own, account })
        : api.send('PATCH', `/${resource}/${before.id}`, props.schema, own, { ifMatch: before.etag }),
    onSaved: (saved) => {
      void queries.invalidateQueries({ queryKey: [resource] });
      props.onSaved?.(saved);
      onClose();
    },
  });
  const { own } = draft;
  const setOwn = (change: Partial<D>) => set({ own: { ...own, ...change } });
  return (
    <EditDialog
      title={base === undefined ? props.add : t.editOf(base.name)}
      action={t.saveOne}
      edited={edited}
      onClose={onClose}
    >
      <TextInput
        label={t.name}
        required
        maxLength={128}
        data-autofocus
        name="name"
        value={own.name}
        onChange={(event) => set({ own: { ...own, name: event.currentTarget.value } })}
      />
      {props.fields(own, setOwn)}
      {base === undefined && (
        <ScopeSelect scopes={scopes} value={draft.account} onChange={(account) => set({ account })} />
      )}
      <Switch
        label={t.on}
        checked={own.on}
        onChange={(event) => set({ own: { ...own, on: event.currentTarget.checked } })}
      />
    </EditDialog>
  );
}
