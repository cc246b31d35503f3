import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Command, type DecisionRequest, HeldUser, type SyncRun } from '#contract/api.ts';
import { Age } from '#web/kit/age.tsx';
import { useApi } from '#web/kit/api/context.tsx';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { counted } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { SearchBox } from '#web/kit/search-box.tsx';
import { StatusBadge } from '#web/kit/status-badge.tsx';
import { defaultColumns } from '#web/kit/table/column-state.ts';
import { type Column, DataTable } from '#web/kit/table/data-table.tsx';
import { permissionFor } from '../../data/commands.ts';
import { usePaged } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { FollowedCommand } from '../commands/command-line.tsx';

const t = text.runs;

const COLUMNS: readonly Column<HeldUser>[] = [
  { id: 'name', header: text.users.name, cell: (row) => row.name },
  { id: 'email', header: text.users.email, cell: (row) => row.email },
  { id: 'ext', header: text.users.ext, cell: (row) => row.extension },
];
const SHOWN = defaultColumns(COLUMNS);

/** The guard held this run: who would be removed, and the two answers. */
export function HeldRun(props: { run: SyncRun }) {
  const { run } = props;
  const users = counted(run.counts.removed, 'users');
  const decision = useDecision(run.id);
  const may = useMay(permissionFor('pbx.sync'));
  const [asking, setAsking] = useState(false);
  return (
    <Panel
      title={t.heldTitle(users)}
      aside={
        run.hold && (
          <Group gap="xs">
            <StatusBadge tone={run.hold === 'open' ? 'warn' : 'quiet'} icon={run.hold === 'open' ? 'pause' : 'info'}>
              {t.holds[run.hold]}
            </StatusBadge>
            {run.decidedBy && (
              <Text size="sm" c="dimmed" component="span">
                {t.decided(run.decidedBy)}, <Age at={run.decidedAt} />
              </Text>
            )}
          </Group>
        )
      }
    >
      <Stack>
        {run.reason && <Text size="sm">{sentences(run.reason.message, run.reason.nextStep)}</Text>}
        {run.hold === 'open' && <Text size="sm">{t.heldLead}</Text>}
        {run.hold === 'open' && may && (
          <Group>
            <Button color="red.9" onClick={() => setAsking(true)}>
              {t.confirm}
            </Button>
            <Button variant="default" loading={decision.pending === 'keep'} onClick={() => decision.decide('keep')}>
              {t.reject}
            </Button>
          </Group>
        )}
        {decision.error && !asking && <ErrorPanel error={decision.error} />}
        <FollowedCommand id={decision.command} />
        <Candidates run={run.id} />
      </Stack>
      <ConfirmWord
        opened={asking}
        title={t.confirmTitle}
        word="remove"
        action={t.confirm}
        busy={decision.pending === 'remove'}
        error={decision.error}
        onClose={() => setAsking(false)}
        onConfirm={() => decision.decide('remove', () => setAsking(false))}
      >
        <Text size="sm">{t.confirmLead(users, run.pbxName)}</Text>
      </ConfirmWord>
    </Panel>
  );
}

/** Sends the decision once, and keeps the command that carries it out. */
function useDecision(run: string) {
  const api = useApi();
  const queries = useQueryClient();
  const [command, setCommand] = useState<string | undefined>();
  const [key] = useState(() => crypto.randomUUID());
  const mutation = useMutation({
    mutationFn: (action: DecisionRequest['action']) =>
      api.send(
        'POST',
        `/sync-runs/${encodeURIComponent(run)}/decision`,
        Command,
        { action },
        { idempotencyKey: `${key}-${action}` },
      ),
    onSuccess: (made) => {
      queries.setQueryData(['commands', 'one', made.id], made);
      setCommand(made.id);
      void queries.invalidateQueries({ queryKey: ['sync-runs'] });
    },
  });
  return {
    command,
    error: mutation.error,
    pending: mutation.isPending ? mutation.variables : undefined,
    decide: (action: DecisionRequest['action'], done?: () => void) =>
      mutation.mutate(action, { onSuccess: () => done?.() }),
  };
}

function Candidates(props: { run: string }) {
  const [q, setQ] = useState('');
  const page = usePaged(['sync-runs', 'held'], `/sync-runs/${encodeURIComponent(props.run)}/held-users`, HeldUser, {
    q: q.trim() === '' ? undefined : q.trim(),
  });
  return (
    <Stack gap="sm">
      <Group>
        <SearchBox label={t.searchCandidates} value={q} onSearch={setQ} />
      </Group>
      <DataTable
        label={t.candidates}
        columns={COLUMNS}
        columnState={SHOWN}
        page={page}
        rowId={(row) => row.key}
        sort={undefined}
        onSort={() => undefined}
        empty={t.noCandidates}
        filtered={q !== ''}
      />
    </Stack>
  );
}
