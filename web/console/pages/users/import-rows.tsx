import { ActionIcon, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { ImportCells, ImportRow } from '#contract/api/imports.ts';
import { UserRole } from '#contract/api/users.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import type { Paged } from '#web/kit/table/data-table.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../../texts/index.ts';
import { roleName } from './user-words.tsx';

const t = text.imports;

const CELLS = ['firstName', 'lastName', 'name', 'email'] as const;
const HEADINGS = [t.status, t.firstName, t.lastName, t.name, t.email, t.role, t.action];

/** The rows of a preview; each is corrected where it stands (IMP-8, IMP-11). */
export function ImportRows(props: { path: string; page: Paged<ImportRow>; busy: boolean; onChanged: () => void }) {
  const { page } = props;
  if (page.error) return <ErrorPanel error={page.error} onRetry={page.retry} />;
  if (!page.loading && page.rows.length === 0) return <Text size="sm">{t.empty}</Text>;
  return (
    <Stack gap="xs">
      <div className="dk-table-frame" role="region" aria-label={t.title} tabIndex={0} aria-busy={page.loading}>
        <table className="dk-table" role="table">
          <thead role="rowgroup">
            <tr role="row">
              {HEADINGS.map((heading) => (
                <th key={heading} role="columnheader" scope="col">
                  <span>{heading}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {page.rows.map((row) => (
              <Row key={row.n} row={row} path={props.path} busy={props.busy} onChanged={props.onChanged} />
            ))}
          </tbody>
        </table>
      </div>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {kitText.shownOf(count(page.rows.length), count(page.total ?? page.rows.length))}
        </Text>
        {page.more && (
          <Button variant="default" size="xs" loading={page.loadingMore} onClick={page.loadMore}>
            {t.loadMore}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

const cellsOf = ({ firstName, lastName, name, email, role }: ImportRow): ImportCells => ({
  firstName,
  lastName,
  name,
  email,
  role,
});

function Row(props: { row: ImportRow; path: string; busy: boolean; onChanged: () => void }) {
  const { row, path, busy } = props;
  const api = useApi();
  const stored = JSON.stringify(cellsOf(row));
  const [draft, setDraft] = useState(() => cellsOf(row));
  // What the server has is shown when it changes, but for cells in which somebody is still typing.
  const shown = useRef(stored);
  useEffect(() => {
    const [before, now] = [ImportCells.parse(JSON.parse(shown.current)), ImportCells.parse(JSON.parse(stored))];
    shown.current = stored;
    setDraft((draft) => ({
      firstName: draft.firstName === before.firstName ? now.firstName : draft.firstName,
      lastName: draft.lastName === before.lastName ? now.lastName : draft.lastName,
      name: draft.name === before.name ? now.name : draft.name,
      email: draft.email === before.email ? now.email : draft.email,
      role: draft.role === before.role ? now.role : draft.role,
    }));
  }, [stored]);
  const save = useMutation({
    mutationFn: (cells: ImportCells) => api.send('PUT', `${path}/rows/${row.n}`, ImportRow, cells),
    onSuccess: (kept, sent) => {
      // What was cleaned on the way is shown as it was kept.
      setDraft((draft) => (draft === sent ? cellsOf(kept) : draft));
      props.onChanged();
    },
  });
  const remove = useMutation({
    mutationFn: () => api.act('DELETE', `${path}/rows/${row.n}`),
    onSuccess: props.onChanged,
  });
  const keep = (cells: ImportCells) => {
    if (JSON.stringify(cells) !== stored) save.mutate(cells);
  };
  const n = count(row.n);
  const role = UserRole.options.find((one) => one.toLowerCase() === draft.role.toLowerCase());
  const unknown = draft.role !== '' && role === undefined;
  const error = save.error ?? remove.error;
  return (
    <tr role="row">
      <td role="cell" data-label={t.status} className="dk-wrap">
        <Stack gap={2} maw={190}>
          <Text size="xs" c="dimmed">
            {t.row(n)}
          </Text>
          {row.problems.length === 0 ? (
            <StatusBadge tone="good" icon="success">
              {t.good}
            </StatusBadge>
          ) : (
            row.problems.map((problem) => (
              <Group key={problem} gap={6} wrap="nowrap" align="flex-start">
                <span className="dk-bad">
                  <Icon name="error" />
                </span>
                <Text size="xs">{t.problems[problem]}</Text>
              </Group>
            ))
          )}
          {error && <ErrorPanel error={error} />}
        </Stack>
      </td>
      {CELLS.map((cell) => (
        <td key={cell} role="cell" data-label={t[cell]}>
          <TextInput
            size="xs"
            w="100%"
            miw={cell === 'email' ? 160 : 90}
            aria-label={t.cellOf(t[cell], n)}
            value={draft[cell]}
            maxLength={1000}
            disabled={busy}
            dir="auto"
            onChange={(event) => setDraft({ ...draft, [cell]: event.currentTarget.value })}
            onBlur={() => keep(draft)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') keep(draft);
            }}
          />
        </td>
      ))}
      <td role="cell" data-label={t.role}>
        <NativeSelect
          size="xs"
          w="100%"
          miw={120}
          aria-label={t.cellOf(t.role, n)}
          value={unknown ? draft.role : (role ?? 'User')}
          data={[
            ...(unknown ? [{ value: draft.role, label: draft.role }] : []),
            ...UserRole.options.map((value) => ({ value, label: roleName(value) })),
          ]}
          disabled={busy}
          onChange={(event) => {
            const next = { ...draft, role: event.currentTarget.value };
            setDraft(next);
            keep(next);
          }}
        />
      </td>
      <td role="cell" data-label={t.action}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t.deleteRow(n)}
          disabled={busy}
          loading={remove.isPending}
          onClick={() => remove.mutate()}
        >
          <Icon name="bin" />
        </ActionIcon>
      </td>
    </tr>
  );
}
