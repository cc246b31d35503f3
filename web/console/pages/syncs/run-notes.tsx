import { Button, Stack, Table, Text } from '@mantine/core';
import type { SyncRun } from '#contract/api.ts';
import type { RecordNote } from '#contract/users.ts';
import { toCsv } from '#web/kit/format/csv.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Panel } from '#web/kit/panels.tsx';
import { said } from '#web/kit/said.ts';
import { saveCsv } from '#web/kit/save-csv.ts';
import { text } from '../../texts/index.ts';

const t = text.runs.notes;

/** The records of the PBX that were left out or changed in this run, each with the reason. */
export function RunNotes(props: { run: SyncRun }) {
  const { notes, counts, id } = props.run;
  if (!notes) return null;
  const { rejected, remarked, remarks } = notes;
  const save = () =>
    saveCsv(
      `sync-run-${id}.csv`,
      toCsv(
        [t.what, t.where, t.reason],
        [
          ...rejected.map((note) => [t.isRejected, said(note.where), said(note.reason)]),
          ...remarks.map((note) => [t.isRemarked, said(note.where), said(note.reason)]),
        ],
      ),
    );
  return (
    <Panel
      title={t.title}
      aside={
        <Button size="xs" variant="default" onClick={save}>
          {t.save}
        </Button>
      }
    >
      <Stack>
        <Notes
          title={t.rejected(count(counts.rejected))}
          lead={t.rejectedLead}
          notes={rejected}
          all={counts.rejected}
        />
        <Notes title={t.remarked(count(remarked))} lead={t.remarkedLead} notes={remarks} all={remarked} />
      </Stack>
    </Panel>
  );
}

function Notes(props: { title: string; lead: string; notes: readonly RecordNote[]; all: number }) {
  const { title, lead, notes, all } = props;
  if (all === 0) return null;
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {title}
      </Text>
      <Text size="sm" c="dimmed">
        {lead}
      </Text>
      <Table aria-label={title} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t.where}</Table.Th>
            <Table.Th scope="col">{t.reason}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {notes.map((note, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and two notes may be equal
            <Table.Tr key={at}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{note.where}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{said(note.reason)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {all > notes.length && (
        <Text size="xs" c="dimmed">
          {t.more(count(all - notes.length))}
        </Text>
      )}
    </Stack>
  );
}
