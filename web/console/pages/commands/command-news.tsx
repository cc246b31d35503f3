import { Progress, Stack } from '@mantine/core';
import type { Command } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import { absoluteTime } from '#web/kit/format/age.ts';
import { sentences } from '#web/kit/format/sentences.ts';
import { said } from '#web/kit/said.ts';
import { outcomeSentence } from '../../data/commands.ts';
import { text } from '../../texts/index.ts';

const t = text.commands;

/** What there is to tell of a command beside its state: what it waits for, how far it is, what came of it and what to do. */
export function CommandNews(props: { command: Command; away?: boolean | undefined }) {
  const { command } = props;
  const open = !isFinal(command.state);
  const lines = [
    command.state === 'queued' && t.waits(absoluteTime(command.deadlineAt)),
    // One that a gateway has goes on there; who watches must not think that it hangs.
    open && command.state !== 'queued' && props.away && t.away(absoluteTime(command.deadlineAt)),
    open && command.progress && said(command.progress.text),
    outcomeSentence(command),
    command.reason && sentences(command.reason.message, command.reason.nextStep),
    command.cancelRequestedBy !== null &&
      (open || command.state === 'canceled') &&
      t.cancelAsked(command.cancelRequestedBy, open),
  ].filter((line) => typeof line === 'string');
  const percent = open ? command.progress?.percent : undefined;
  if (lines.length === 0 && percent === undefined) return null;
  return (
    <Stack gap={4}>
      {percent !== undefined && <Progress value={percent} aria-label={t.progress} size="sm" />}
      {lines.map((line) => (
        <span key={line} className="dk-small">
          {line}
        </span>
      ))}
    </Stack>
  );
}
