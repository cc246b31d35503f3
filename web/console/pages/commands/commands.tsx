import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { Command } from '#contract/api.ts';
import { CommandName, CommandState } from '#contract/commands.ts';
import { Age } from '#web/kit/age.tsx';
import type { Choice, FilterField } from '#web/kit/filters/grammar.ts';
import { CommandBadge } from '#web/kit/status-badge.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useBulks } from '../../data/bulks.ts';
import { commandTitle } from '../../data/commands.ts';
import { useGatewayNames } from '../../data/gateway-names.ts';
import { useListState } from '../../data/list-state.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';
import { CancelCommand } from './command-cancel.tsx';
import { CommandNews } from './command-news.tsx';

const t = text.commands;

const columns = (gateways: ReadonlyMap<string, string>): Column<Command>[] => [
  { id: 'command', header: t.command, fixed: true, cell: (row) => commandTitle(row.name) },
  {
    id: 'gateway',
    header: t.gateway,
    cell: (row) => (
      <Anchor component={Link} href={`/gateways/${row.gateway}`} size="sm">
        {gateways.get(row.gateway) ?? t.gateway}
      </Anchor>
    ),
  },
  { id: 'state', header: t.state, cell: (row) => <CommandBadge state={row.state} /> },
  { id: 'reason', header: t.reason, wrap: true, cell: (row) => <CommandNews command={row} /> },
  { id: 'issuer', header: t.issuer, cell: (row) => row.issuerName },
  { id: 'issuedAt', header: t.issuedAt, sort: 'issuedAt', cell: (row) => <Age at={row.issuedAt} inRow /> },
  { id: 'updatedAt', header: t.updatedAt, hiddenByDefault: true, cell: (row) => <Age at={row.updatedAt} inRow /> },
  { id: 'deadline', header: t.deadline, hiddenByDefault: true, cell: (row) => <Age at={row.deadlineAt} inRow /> },
  { id: 'cancel', header: t.cancel, cell: (row) => <CancelCommand command={row} /> },
];

const fields = (bulks: readonly Choice[]): FilterField[] => [
  {
    field: 'state',
    label: t.state,
    kind: 'choice',
    choices: CommandState.options.map((value) => ({ value, label: value.replace('_', ' ') })),
  },
  {
    field: 'name',
    label: t.command,
    kind: 'choice',
    choices: CommandName.options.map((value) => ({ value, label: commandTitle(value) })),
  },
  { field: 'bulk', label: t.bulk, kind: 'choice', choices: bulks },
];

/** Every command with its state and its result. */
export default function Commands() {
  const state = useListState('-issuedAt');
  return (
    <ListPage
      resource="commands"
      schema={Command}
      title={t.title}
      columns={columns(useGatewayNames())}
      fields={fields(useBulks())}
      state={state}
      empty={t.empty}
    />
  );
}
