import { Button, Group, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { PbxAnswer, PbxTypesAnswer } from '#contract/wizard/pbx.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import { ConfirmWord } from '#web/kit/confirm-word.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { Panel } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';
import { Discovery } from './discovery.tsx';
import { usePbxActs } from './pbx-acts.ts';
import { type FormStart, PbxForm } from './pbx-form.tsx';

const t = text.pbxStep;

/** The PBXs of this gateway, the search for more, and the form of the one that was chosen. */
export function PbxPicker(props: {
  /** The step that shows it: one of the two variants. */
  step: 'pbx' | 'sync';
  form: string;
  pbxs: readonly PbxAnswer[];
  edited: PbxAnswer | undefined;
  types: PbxTypesAnswer['types'];
  onForm: (open: boolean) => void;
  onAdded: (pbx: PbxAnswer) => void;
  onSaved: () => void;
}) {
  const { edited, pbxs, onForm } = props;
  const acts = usePbxActs();
  const [start, setStart] = useState<FormStart>();
  const shown: FormStart | undefined = edited ? { pbx: edited } : start;
  const isOpen = shown !== undefined;
  useEffect(() => onForm(isOpen), [isOpen, onForm]);
  // The form opens below what it was chosen from.
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (start) place.current?.scrollIntoView({ block: 'start' });
  }, [start]);
  return (
    <Stack>
      {pbxs.length > 0 && !edited && <Configured step={props.step} pbxs={pbxs} />}
      {!edited && <Discovery auto={pbxs.length === 0} onChoose={setStart} />}
      {!edited && (
        <Group>
          <Button variant="default" leftSection={<Icon name="plus" size={14} />} onClick={() => setStart({})}>
            {t.noneOfThese}
          </Button>
        </Group>
      )}
      {shown && (
        <div ref={place} className="dw-place">
          <PbxForm
            key={shown.pbx?.id ?? `${shown.type} ${shown.host}`}
            id={props.form}
            types={props.types}
            start={shown}
            error={edited ? acts.edit.error : acts.add.error}
            onSubmit={(wish) => {
              const { type: _, ...change } = wish;
              // By the promise: the form may be gone by then, as the list has a PBX now. Why it was refused stands in it.
              const told = edited
                ? acts.edit.mutateAsync({ id: edited.id, ...change }).then(props.onSaved)
                : acts.add.mutateAsync(wish).then(props.onAdded);
              told.catch(() => undefined);
            }}
          />
        </div>
      )}
    </Stack>
  );
}

function Configured(props: { step: 'pbx' | 'sync'; pbxs: readonly PbxAnswer[] }) {
  const [, navigate] = useLocation();
  const [removed, setRemoved] = useState<PbxAnswer>();
  const { remove } = usePbxActs();
  return (
    <Panel title={t.configured}>
      <Stack gap="sm">
        {props.pbxs.map((pbx) => (
          <Group key={pbx.id} justify="space-between" gap="xs">
            <div>
              <Text fw={600} size="sm">
                {pbx.name}
              </Text>
              <Text size="sm" c="dimmed">
                {PBX_TYPE_NAMES[pbx.type]}, {pbx.address}
              </Text>
            </div>
            <Group gap="xs">
              <Button
                size="xs"
                variant="default"
                leftSection={<Icon name="settings" size={14} />}
                aria-label={t.changeOf(pbx.name)}
                onClick={() => navigate(`/setup/${props.step}/${pbx.id}`)}
              >
                {t.edit}
              </Button>
              <Button size="xs" variant="default" aria-label={t.removeOf(pbx.name)} onClick={() => setRemoved(pbx)}>
                {t.remove}
              </Button>
            </Group>
          </Group>
        ))}
      </Stack>
      <ConfirmWord
        opened={removed !== undefined}
        title={t.removeOf(removed?.name ?? '')}
        word={t.removeWord}
        action={t.remove}
        busy={remove.isPending}
        error={remove.error}
        onClose={() => setRemoved(undefined)}
        onConfirm={() => {
          if (removed) remove.mutate(removed.id, { onSuccess: () => setRemoved(undefined) });
        }}
      >
        <Text size="sm">{t.removeEffect}</Text>
      </ConfirmWord>
    </Panel>
  );
}
