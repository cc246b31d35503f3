import { Group, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { ExtensionRange } from '#contract/api/numbers.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { useNotice } from '#web/kit/notices.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { LocationChoice, PbxChoice } from './number-parts.tsx';

const t = text.numbers;

const isOwn = ({ source }: ExtensionRange) => source === 'Console';

const draftOf = (range: ExtensionRange | undefined) => ({
  pbx: range?.pbx ?? '',
  lower: range?.lower ?? '',
  upper: range?.upper ?? '',
  location: range?.location?.id ?? null,
});

/** Adds an extension range, or changes one (MVB-2, MVB-4). Of one that the PBX tells only the location can be set. */
export function RangeForm(props: { account: string; range: ExtensionRange | undefined; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const { base, draft, set, edited } = useEdited({
    entry: props.range,
    draftOf,
    ...(props.range && { read: () => api.get(`/extension-ranges/${props.range?.id}`, ExtensionRange) }),
    save: ({ pbx, lower, upper, location }, before) => {
      const values = { lower, upper, location };
      if (before === undefined) {
        return api.send('POST', '/extension-ranges', ExtensionRange, { account: props.account, pbx, ...values });
      }
      const change = isOwn(before) ? values : { location };
      return api.send('PATCH', `/extension-ranges/${before.id}`, ExtensionRange, change, { ifMatch: before.etag });
    },
    onSaved: () => {
      notice(props.range === undefined ? t.range.added : t.range.saved);
      void queries.invalidateQueries({ queryKey: ['extension-ranges'] });
      props.onClose();
    },
  });
  const isOurs = base === undefined || isOwn(base);
  const title = props.range ? t.range.editOf(`${props.range.lower} – ${props.range.upper}`) : t.range.add;
  return (
    <EditDialog title={title} action={props.range ? kitText.save : t.range.add} edited={edited} onClose={props.onClose}>
      {base === undefined && <PbxChoice value={draft.pbx} onChange={(pbx) => set({ pbx })} />}
      {isOurs ? (
        <Group grow align="flex-start">
          <TextInput
            label={t.range.start}
            name="lower"
            required
            inputMode="numeric"
            maxLength={16}
            data-autofocus
            value={draft.lower}
            onChange={(event) => set({ lower: event.currentTarget.value })}
          />
          <TextInput
            label={t.range.end}
            name="upper"
            required
            inputMode="numeric"
            maxLength={16}
            value={draft.upper}
            onChange={(event) => set({ upper: event.currentTarget.value })}
          />
        </Group>
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
