import { ActionIcon, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '../dialog.tsx';
import { Icon } from '../icons.tsx';
import { kitText } from '../texts/index.ts';
import { type ColumnState, type ColumnTraits, defaultColumns, moveColumn } from './column-state.ts';

/** Show, hide and order columns: tick, drag or arrows, reset, cancel, OK (USR-3, INV-9, EVT-12). */
export function ColumnChooser(props: {
  columns: readonly (ColumnTraits & { header: string })[];
  state: ColumnState;
  onChange: (state: ColumnState) => void;
}) {
  const [draft, setDraft] = useState<ColumnState | undefined>();
  const close = () => setDraft(undefined);
  return (
    <>
      <Button variant="default" leftSection={<Icon name="columns" />} onClick={() => setDraft(props.state)}>
        {kitText.columns}
      </Button>
      <Dialog opened={draft !== undefined} onClose={close} title={kitText.columnsTitle}>
        {draft && (
          <Stack>
            <Text size="sm" c="dimmed">
              {kitText.columnsHint}
            </Text>
            <Lines columns={props.columns} draft={draft} onDraft={setDraft} />
            <Group justify="space-between">
              <Button variant="subtle" onClick={() => setDraft(defaultColumns(props.columns))}>
                {kitText.resetColumns}
              </Button>
              <Group gap="xs">
                <Button variant="default" onClick={close}>
                  {kitText.cancel}
                </Button>
                <Button
                  onClick={() => {
                    props.onChange(draft);
                    close();
                  }}
                >
                  {kitText.ok}
                </Button>
              </Group>
            </Group>
          </Stack>
        )}
      </Dialog>
    </>
  );
}

function Lines(props: {
  columns: readonly (ColumnTraits & { header: string })[];
  draft: ColumnState;
  onDraft: (state: ColumnState) => void;
}) {
  const { draft, onDraft } = props;
  const [dragged, setDragged] = useState<string | undefined>();
  const move = (id: string, by: number) => onDraft({ ...draft, order: moveColumn(draft.order, id, by) });
  const toggle = (id: string, shown: boolean) =>
    onDraft({ ...draft, hidden: shown ? draft.hidden.filter((one) => one !== id) : [...draft.hidden, id] });
  return (
    <ul className="dk-choosers">
      {draft.order.map((id, index) => {
        const column = props.columns.find((one) => one.id === id);
        if (column === undefined) return null;
        return (
          <li
            key={id}
            draggable
            onDragStart={() => setDragged(id)}
            onDragEnd={() => setDragged(undefined)}
            onDragOver={(event) => {
              event.preventDefault();
              if (dragged !== undefined && dragged !== id) move(dragged, index - draft.order.indexOf(dragged));
            }}
          >
            <Checkbox
              checked={!draft.hidden.includes(id)}
              disabled={column.fixed ?? false}
              label={column.fixed ? `${column.header} (${kitText.alwaysShown})` : column.header}
              onChange={(event) => toggle(id, event.currentTarget.checked)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={kitText.moveUp(column.header)}
              disabled={index === 0}
              onClick={() => move(id, -1)}
            >
              <Icon name="up" />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={kitText.moveDown(column.header)}
              disabled={index === draft.order.length - 1}
              onClick={() => move(id, 1)}
            >
              <Icon name="down" />
            </ActionIcon>
          </li>
        );
      })}
    </ul>
  );
}
