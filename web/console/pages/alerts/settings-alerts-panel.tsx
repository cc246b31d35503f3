import { Button, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ComponentType, type ReactNode, useState } from 'react';
import type { z } from 'zod';
import { MAX_PAGE } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
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
    draft: D;
    onDraft: (draft: D) => void;
    children: ReactNode;
  },
) {
  const { resource, target, scopes, draft, onDraft, onClose } = props;
  const api = useApi();
  const queries = useQueryClient();
  const [account, setAccount] = useState(scopes[0] ?? null);
  const save = useMutation({
    mutationFn: () =>
      target === undefined
        ? api.send('POST', `/${resource}`, props.schema, { ...draft, account })
        : api.send('PATCH', `/${resource}/${target.id}`, props.schema, draft, { ifMatch: target.etag }),
    onSuccess: (saved) => {
      void queries.invalidateQueries({ queryKey: [resource] });
      props.onSaved?.(saved);
      onClose();
    },
  });
  return (
    <EditDialog
      title={target === undefined ? props.add : t.editOf(target.name)}
      action={t.saveOne}
      save={save}
      onClose={onClose}
    >
      <TextInput
        label={t.name}
        required
        maxLength={128}
        data-autofocus
        value={draft.name}
        onChange={(event) => onDraft({ ...draft, name: event.currentTarget.value })}
      />
      {props.children}
      {target === undefined && <ScopeSelect scopes={scopes} value={account} onChange={setAccount} />}
      <Switch
        label={t.on}
        checked={draft.on}
        onChange={(event) => onDraft({ ...draft, on: event.currentTarget.checked })}
      />
    </EditDialog>
  );
}
