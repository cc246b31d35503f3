import { Badge, Button, Group, List, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { type Trunk, TrunkDiff, type TrunkDiffItem } from '#contract/trunks.ts';
import { Dialog } from '#web/kit/dialog.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { PlainTable } from '#web/kit/plain-table.tsx';
import { said } from '#web/kit/said.ts';
import { kitText } from '#web/kit/texts/index.ts';
import { permissionFor } from '../../data/commands.ts';
import { useMay } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { CommandButton } from '../commands/command-button.tsx';
import { CommandLine } from '../commands/command-line.tsx';
import { useTrunkCommand } from './trunk-command.ts';

const t = text.trunks.apply;

/** Compares a trunk with its PBX, shows what differs, and sets or removes it when the person has confirmed what they saw. */
export function ApplyTrunk({ trunk }: { trunk: Trunk }) {
  const { command, error, actions } = useTrunkCommand(trunk);
  const { capabilities, busy, issue } = actions;
  const mayEdit = useMay(permissionFor('trunk.apply'));
  const [asking, setAsking] = useState<'apply' | 'remove' | undefined>();
  const known = capabilities.length === 0 || capabilities.includes('trunk.apply');
  const compared = command?.name === 'trunk.plan' ? TrunkDiff.safeParse(command.output) : undefined;
  const diff = compared?.success ? compared.data : undefined;
  const confirm = () => {
    if (asking === 'apply' && diff) issue('trunk.apply', { trunk: trunk.id, expected: diff.hash });
    if (asking === 'remove') issue('trunk.remove', { trunk: trunk.id });
    setAsking(undefined);
  };
  return (
    <Panel title={t.title}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t.note}
        </Text>
        <Group gap="xs">
          <CommandButton
            name="trunk.plan"
            args={{ trunk: trunk.id }}
            label={t.compare}
            icon="sync"
            main={diff === undefined}
            actions={actions}
          />
          {mayEdit && diff && diff.commands.length > 0 && <Button onClick={() => setAsking('apply')}>{t.apply}</Button>}
          {mayEdit && (
            <Button variant="default" disabled={busy || !known} onClick={() => setAsking('remove')}>
              {t.remove}
            </Button>
          )}
        </Group>
        {error && <ErrorPanel error={error} />}
        <div role="status" aria-live="polite">
          {command && <CommandLine command={command} />}
        </div>
        {diff && <Differences diff={diff} />}
      </Stack>
      <Dialog
        opened={asking !== undefined}
        onClose={() => setAsking(undefined)}
        title={asking === 'remove' ? t.removeTitle : t.applyTitle}
      >
        <Stack>
          <Text size="sm">{asking === 'remove' ? t.removeText(trunk.pbxName) : t.applyText(trunk.pbxName)}</Text>
          {asking === 'apply' && diff && <Commands commands={diff.commands} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(undefined)}>
              {kitText.cancel}
            </Button>
            <Button {...(asking === 'remove' ? { color: 'red.9' } : {})} onClick={confirm}>
              {asking === 'remove' ? t.removeConfirm : t.applyConfirm}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </Panel>
  );
}

const Differences = ({ diff }: { diff: TrunkDiff }) => (
  <>
    {diff.unfinished !== null && <Text size="sm">{t.unfinished(said(diff.unfinished))}</Text>}
    <PlainTable label={t.differences} headings={[t.what, t.state, t.found, t.wanted]} minWidth="36rem">
      {diff.items.map((item) => (
        <Item key={`${item.id} ${item.state}`} item={item} />
      ))}
    </PlainTable>
    {diff.commands.length > 0 && (
      <details>
        <summary className="dk-small">{t.commands}</summary>
        <Commands commands={diff.commands} />
      </details>
    )}
  </>
);

function Item({ item }: { item: TrunkDiffItem }) {
  const { found, wanted, state } = item;
  // Of what is there, only what is not as it should be.
  const names = Object.keys(wanted ?? found ?? {}).filter(
    (name) => found === null || wanted === null || found[name] !== wanted[name],
  );
  const values = (side: TrunkDiffItem['found']) =>
    side === null || state === 'same' || state === 'kept' ? (
      <span className="dk-dimmed">–</span>
    ) : (
      names.map((name) => (
        <div key={name}>
          <span className="dk-dimmed">{name}</span> <span className="dk-mono">{side[name] || '–'}</span>
        </div>
      ))
    );
  return (
    <tr>
      <td>{said(item.title)}</td>
      <td>
        <Badge variant="default" tt="none">
          {t.states[state]}
        </Badge>
      </td>
      <td>{values(found)}</td>
      <td>{values(wanted)}</td>
    </tr>
  );
}

const Commands = ({ commands }: { commands: readonly string[] }) => (
  <List type="ordered" size="sm" listStyleType="decimal" className="dk-mono" style={{ overflowWrap: 'anywhere' }}>
    {commands.map((command) => (
      <List.Item key={command}>{command}</List.Item>
    ))}
  </List>
);
