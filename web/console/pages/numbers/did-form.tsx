import { Group, Radio, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Did } from '#contract/api/numbers.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { LocationChoice, PbxChoice } from './number-parts.tsx';
import { useEdited } from './use-edited.ts';

const t = text.numbers;

const draftOf = (did: Did | undefined) => ({
  pbx: did?.pbx ?? '',
  isRange: did?.type === 'Range',
  number: did?.number ?? '',
  numberTo: did?.numberTo ?? '',
  target: did?.target ?? '',
  location: did?.location?.id ?? null,
});

/** Adds a direct-dial number or a range of them, or changes one (MVB-5). */
export function DidForm(props: { account: string; did: Did | undefined; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const { base, draft, set, takeNewest } = useEdited({ path: '/dids', schema: Did, entry: props.did, draftOf });
  const isOurs = base === undefined || base.source === 'Console';
  const save = useMutation({
    mutationFn: () => {
      const { pbx, isRange, number, numberTo, location } = draft;
      const values = { number, numberTo: isRange ? numberTo : null, target: draft.target.trim() || null, location };
      if (base === undefined) return api.send('POST', '/dids', Did, { account: props.account, pbx, ...values });
      return api.send('PATCH', `/dids/${base.id}`, Did, isOurs ? values : { location }, { ifMatch: base.etag });
    },
    onSuccess: () => {
      notice(base === undefined ? t.did.added : t.did.saved);
      void queries.invalidateQueries({ queryKey: ['dids'] });
      props.onClose();
    },
  });
  const onNewest = async () => {
    await takeNewest();
    save.reset();
  };
  return (
    <EditDialog
      title={props.did ? t.did.editOf(props.did.number) : t.did.add}
      action={props.did ? kitText.save : t.did.add}
      save={save}
      {...(base && { onNewest: () => void onNewest() })}
      onClose={props.onClose}
    >
      {base === undefined && <PbxChoice value={draft.pbx} onChange={(pbx) => set({ pbx })} />}
      {isOurs ? (
        <>
          <Radio.Group
            label={t.did.type}
            value={draft.isRange ? 'range' : 'single'}
            onChange={(value) => set({ isRange: value === 'range' })}
          >
            <Group gap="md" mt={4}>
              <Radio value="single" label={t.did.single} />
              <Radio value="range" label={t.did.range} />
            </Group>
          </Radio.Group>
          <Group grow align="flex-start">
            <TextInput
              label={draft.isRange ? t.did.start : t.did.number}
              required
              inputMode="tel"
              maxLength={64}
              value={draft.number}
              onChange={(event) => set({ number: event.currentTarget.value })}
            />
            {draft.isRange && (
              <TextInput
                label={t.did.end}
                required
                inputMode="tel"
                maxLength={64}
                value={draft.numberTo}
                onChange={(event) => set({ numberTo: event.currentTarget.value })}
              />
            )}
          </Group>
          <TextInput
            label={t.did.target}
            description={t.did.targetHint}
            maxLength={32}
            value={draft.target}
            onChange={(event) => set({ target: event.currentTarget.value })}
          />
        </>
      ) : (
        <Text size="sm">{t.locked}</Text>
      )}
      <LocationChoice account={props.account} value={draft.location} onChange={(location) => set({ location })} />
      {isOurs && (
        <Text size="sm" c="dimmed">
          {t.notWritten}
        </Text>
      )}
    </EditDialog>
  );
}
