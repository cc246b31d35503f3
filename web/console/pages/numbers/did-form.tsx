import { Group, Radio, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Did } from '#contract/api/numbers.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { useNotice } from '#web/kit/notices.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { LocationChoice, PbxChoice } from './number-parts.tsx';

const t = text.numbers;

const isOwn = ({ source }: Did) => source === 'Console';

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
  const { base, draft, set, edited } = useEdited({
    entry: props.did,
    draftOf,
    ...(props.did && { read: () => api.get(`/dids/${props.did?.id}`, Did) }),
    save: ({ pbx, isRange, number, numberTo, target, location }, before) => {
      const values = { number, numberTo: isRange ? numberTo : null, target: target.trim() || null, location };
      if (before === undefined) return api.send('POST', '/dids', Did, { account: props.account, pbx, ...values });
      const change = isOwn(before) ? values : { location };
      return api.send('PATCH', `/dids/${before.id}`, Did, change, { ifMatch: before.etag });
    },
    onSaved: () => {
      notice(props.did === undefined ? t.did.added : t.did.saved);
      void queries.invalidateQueries({ queryKey: ['dids'] });
      props.onClose();
    },
  });
  const isOurs = base === undefined || isOwn(base);
  return (
    <EditDialog
      title={props.did ? t.did.editOf(props.did.number) : t.did.add}
      action={props.did ? kitText.save : t.did.add}
      edited={edited}
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
              name="number"
              required
              inputMode="tel"
              maxLength={64}
              value={draft.number}
              onChange={(event) => set({ number: event.currentTarget.value })}
            />
            {draft.isRange && (
              <TextInput
                label={t.did.end}
                name="numberTo"
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
            name="target"
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
