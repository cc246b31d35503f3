import { Anchor, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { BulkCommandAnswer, Command, type Gateway, MAX_PAGE, Page } from '#contract/api.ts';
import type { CommandName } from '#contract/commands.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Dialog } from '#web/kit/dialog.tsx';
import { counted } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { commandTitle, permissionFor } from '../../data/commands.ts';
import { useMe } from '../../data/me.tsx';
import { text } from '../../texts/index.ts';
import { CommandLine } from './command-line.tsx';

const t = text.bulk;

/** What makes sense for several gateways at once; a reboot is for one that somebody looks at. */
const OFFERED: readonly CommandName[] = [
  'gateway.restart',
  'gateway.self-test',
  'gateway.collect-logs',
  'gateway.check-update',
  'gateway.update',
];

/** What cuts the links of all of them for a moment is asked for twice. */
const TWICE: Readonly<Partial<Record<CommandName, { effect: string; go: (gateways: string) => string }>>> = {
  'gateway.restart': { effect: t.restartEffect, go: t.restart },
  'gateway.update': { effect: t.updateEffect, go: t.update },
};

const named = (gateways: number) => counted(gateways, 'gateways');

/** Commands for the selected gateways, each with its own result. */
export function BulkCommands(props: { gateways: readonly Gateway[] }) {
  const { gateways } = props;
  const { permissions } = useMe();
  const api = useApi();
  const queries = useQueryClient();
  const [wanted, setWanted] = useState<{ name: CommandName; gateways: readonly Gateway[] } | undefined>();
  const offered = OFFERED.filter((name) => permissions.includes(permissionFor(name)));
  const issue = useMutation({
    mutationFn: (bulk: { name: CommandName; gateways: readonly Gateway[]; key: string }) =>
      api.send(
        'POST',
        '/commands',
        BulkCommandAnswer,
        { name: bulk.name, gateways: bulk.gateways.map(({ id }) => id) },
        { idempotencyKey: bulk.key },
      ),
    retry: 1,
    onSuccess: () => void queries.invalidateQueries({ queryKey: ['commands', 'list'] }),
  });
  if (offered.length === 0) return null;
  const send = (bulk: { name: CommandName; gateways: readonly Gateway[] }) =>
    issue.mutate({ ...bulk, key: crypto.randomUUID() });
  const choose = (name: CommandName) => {
    issue.reset();
    setWanted({ name, gateways });
    if (TWICE[name] === undefined) send({ name, gateways });
  };
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button variant="default" disabled={gateways.length === 0} leftSection={<Icon name="command" />}>
            {gateways.length === 0 ? t.button : t.buttonFor(named(gateways.length))}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {offered.map((name) => (
            <Menu.Item key={name} onClick={() => choose(name)}>
              {commandTitle(name)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Dialog
        opened={wanted !== undefined}
        onClose={() => setWanted(undefined)}
        title={wanted && `${commandTitle(wanted.name)}: ${named(wanted.gateways.length)}`}
        size="lg"
      >
        {wanted && issue.isIdle && (
          <Stack>
            <Text size="sm">{TWICE[wanted.name]?.effect}</Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={() => setWanted(undefined)}>
                {t.close}
              </Button>
              <Button onClick={() => send(wanted)}>{TWICE[wanted.name]?.go(named(wanted.gateways.length))}</Button>
            </Group>
          </Stack>
        )}
        {issue.isPending && (
          <Text size="sm" role="status">
            {t.sending}
          </Text>
        )}
        {wanted && issue.error && <ErrorPanel error={issue.error} onRetry={() => send(wanted)} />}
        {wanted && issue.data && <BulkResults answer={issue.data} gateways={wanted.gateways} />}
      </Dialog>
    </>
  );
}

/** What became of it on each gateway, live. */
function BulkResults(props: { answer: BulkCommandAnswer; gateways: readonly Gateway[] }) {
  const { bulk, results } = props.answer;
  const api = useApi();
  const query = { filter: `bulk:eq:${bulk}`, limit: MAX_PAGE };
  const commands = useQuery({
    queryKey: ['commands', 'list', 'bulk', bulk],
    queryFn: ({ signal }) => api.get('/commands', Page(Command), query, signal),
    enabled: results.some(({ command }) => command !== null),
    refetchInterval: 5000,
  });
  const now = new Map(commands.data?.items.map((command) => [command.id, command]));
  const names = new Map(props.gateways.map(({ id, name }) => [id, name]));
  return (
    <Stack gap="sm">
      {results.map(({ gateway, command, refusal }) => {
        const name = names.get(gateway) ?? gateway;
        return (
          <div key={gateway} className="dk-panel">
            {command && <CommandLine command={now.get(command.id) ?? command} title={name} />}
            {refusal && (
              <Stack gap={4}>
                <Text size="sm" fw={600}>
                  {name}
                </Text>
                <Text size="sm">{sentences(t.refused, refusal.message, refusal.nextStep)}</Text>
              </Stack>
            )}
          </div>
        );
      })}
      <Anchor component={Link} href={`/commands?filter=${encodeURIComponent(`bulk:eq:${bulk}`)}`} size="sm">
        {t.toList}
      </Anchor>
    </Stack>
  );
}
