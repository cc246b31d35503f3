import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Command } from '#contract/api.ts';
import { type CommandName, commands, isFinal, CommandName as KnownCommand } from '#contract/commands.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { absoluteTime, duration } from '#web/kit/format/age.ts';
import { bytes, count, counted } from '#web/kit/format/numbers.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { text } from '../texts/index.ts';

/** A command's name as people call it. */
export const commandTitle = (name: string): string => text.commands.names[name] ?? name;

/** One command, followed until it ends: by the live stream, and by asking in case the stream is cut. */
export function useCommand(id: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['commands', 'one', id],
    queryFn: ({ signal }) => api.get(`/commands/${encodeURIComponent(id ?? '')}`, Command, {}, signal),
    enabled: id !== undefined,
    refetchInterval: (query) => (query.state.data && isFinal(query.state.data.state) ? false : 5000),
  });
}

/** Issues commands to one gateway and remembers the last one. A double click makes one command, not two. */
export function useIssueCommand(gateway: string) {
  const api = useApi();
  const queries = useQueryClient();
  const [last, setLast] = useState<string | undefined>();
  const issue = useMutation({
    mutationFn: (wanted: { name: CommandName; args: unknown; key: string; deadlineSeconds?: number }) =>
      api.send(
        'POST',
        `/gateways/${encodeURIComponent(gateway)}/commands`,
        Command,
        {
          name: wanted.name,
          args: wanted.args,
          ...(wanted.deadlineSeconds === undefined ? {} : { deadlineSeconds: wanted.deadlineSeconds }),
        },
        { idempotencyKey: wanted.key },
      ),
    retry: 1,
    onSuccess: (command) => {
      queries.setQueryData(['commands', 'one', command.id], command);
      setLast(command.id);
      void queries.invalidateQueries({ queryKey: ['commands', 'list'] });
    },
  });
  return {
    last,
    error: issue.error,
    busy: issue.isPending,
    /** `deadlineSeconds` when it may take longer than commands usually do. */
    issue: (name: CommandName, args: unknown = {}, deadlineSeconds?: number) =>
      issue.mutate({
        name,
        args,
        key: crypto.randomUUID(),
        ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
      }),
  };
}

/** The right that a command needs, for hiding its button. */
export const permissionFor = (name: CommandName) => commands[name].permission;

/** The output of a finished command in one sentence; undefined when there is none to tell. */
export function outcomeSentence(command: Pick<Command, 'name' | 'state' | 'output'>): string | undefined {
  const name = KnownCommand.safeParse(command.name);
  if (!name.success || command.state !== 'succeeded') return undefined;
  const which = name.data;
  switch (which) {
    case 'pbx.sync': {
      const output = commands['pbx.sync'].output.safeParse(command.output);
      if (!output.success) return undefined;
      const { added, changed, removed } = output.data.counts;
      return text.commands.synced(output.data.outcome, count(added), count(changed), count(removed));
    }
    case 'inventory.report': {
      const output = commands['inventory.report'].output.safeParse(command.output);
      if (!output.success) return undefined;
      return text.commands.reported(
        counted(output.data.platforms, 'platforms'),
        counted(output.data.applications, 'applications'),
      );
    }
    case 'pbx.test':
    case 'gateway.self-test': {
      const output = commands['gateway.self-test'].output.safeParse(command.output);
      if (!output.success) return undefined;
      const bad = output.data.checks.filter((check) => check.status === 'error' || check.status === 'warning').length;
      return text.commands.checked(bad, output.data.checks.length);
    }
    case 'gateway.reboot': {
      const output = commands['gateway.reboot'].output.safeParse(command.output);
      return output.success ? text.commands.rebooted(duration(output.data.seconds * 1000)) : undefined;
    }
    case 'gateway.restart': {
      const output = commands['gateway.restart'].output.safeParse(command.output);
      return output.success ? text.commands.restarted(duration(output.data.seconds * 1000)) : undefined;
    }
    case 'gateway.collect-logs': {
      const output = commands['gateway.collect-logs'].output.safeParse(command.output);
      if (!output.success) return undefined;
      const { fileName, bytes: size, missing } = output.data;
      return sentences(text.commands.collected(fileName, bytes(size)), ...missing);
    }
    case 'gateway.trace-calls': {
      const output = commands['gateway.trace-calls'].output.safeParse(command.output);
      if (!output.success) return undefined;
      const { fileName, calls, messages, missing } = output.data;
      return sentences(text.traces.traced(fileName, calls, messages), ...missing);
    }
    case 'gateway.check-update': {
      const output = commands['gateway.check-update'].output.safeParse(command.output);
      if (!output.success) return undefined;
      const { current, available } = output.data;
      return available === null ? text.commands.newest(current) : text.commands.newer(available.version, current);
    }
    case 'gateway.update': {
      const output = commands['gateway.update'].output.safeParse(command.output);
      if (!output.success) return undefined;
      const { from, to, changed } = output.data;
      return changed ? text.commands.updated(from, to) : text.commands.hadIt(to);
    }
    case 'gateway.set-update-schedule': {
      const output = commands['gateway.set-update-schedule'].output.safeParse(command.output);
      if (!output.success) return undefined;
      const { nextCheckAt } = output.data;
      return text.commands.scheduled(nextCheckAt === null ? undefined : absoluteTime(nextCheckAt));
    }
    case 'gateway.factory-reset': {
      const output = commands['gateway.factory-reset'].output.safeParse(command.output);
      return output.success ? text.commands.reset(output.data.wiped) : undefined;
    }
    case 'pbx.remove': {
      const output = commands['pbx.remove'].output.safeParse(command.output);
      return output.success ? text.commands.removedPbx(output.data.name) : undefined;
    }
    case 'trunk.verify':
    case 'trunk.test-call': {
      const output = commands['trunk.verify'].output.safeParse(command.output);
      if (!output.success) return undefined;
      const bad = output.data.steps.filter(({ status }) => status === 'error' || status === 'warning').length;
      return text.commands.checked(bad, output.data.steps.length);
    }
    case 'tunnel.start':
    case 'tunnel.stop':
    case 'tunnel.open':
      return undefined;
    case 'trunk.plan': {
      const output = commands['trunk.plan'].output.safeParse(command.output);
      return output.success ? text.trunks.compared(output.data.commands.length) : undefined;
    }
    case 'trunk.apply':
    case 'trunk.remove': {
      const output = commands['trunk.apply'].output.safeParse(command.output);
      return output.success ? output.data.text : undefined;
    }
    default:
      return which satisfies never;
  }
}
