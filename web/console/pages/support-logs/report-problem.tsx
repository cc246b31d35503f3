import { Checkbox, NativeSelect, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { SupportLog, SupportProduct } from '#contract/api/support-logs.ts';
import { Gateway, MAX_PAGE } from '#contract/api.ts';
import { Upload } from '#contract/uploads.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { bytes } from '#web/kit/format/numbers.ts';
import { useAccount } from '../../data/account.tsx';
import { useList, usePaged } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';

const t = text.supportLogs;

interface Draft {
  product: SupportProduct;
  title: string;
  report: string;
  gateway: string | null;
  attachments: string[];
}

/** The form for a problem: about which product and gateway, what happened, and which of its files belong to it (LOG-1). */
export function ReportProblem(props: { onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const { account } = useAccount();
  const gateways = useList('gateways', Gateway, { sort: 'name' }, { limit: MAX_PAGE });
  const ownerOf = (gateway: string | null) => gateways.rows.find((one) => one.id === gateway)?.account ?? account;
  const { draft, set, edited } = useEdited({
    entry: undefined,
    draftOf: (): Draft => ({ product: 'gateway', title: '', report: '', gateway: null, attachments: [] }),
    save: ({ gateway, attachments, ...told }) =>
      api.send('POST', '/support-logs', SupportLog, {
        ...told,
        account: ownerOf(gateway),
        ...(gateway === null ? {} : { gateway, attachments }),
      }),
    onSaved: async () => {
      await queries.invalidateQueries({ queryKey: ['support-logs'] });
      props.onClose();
    },
  });
  const { gateway } = draft;
  const owner = ownerOf(gateway);
  return (
    <EditDialog title={t.problem} action={t.send} edited={edited} blocked={owner === undefined} onClose={props.onClose}>
      <TextInput
        label={t.what}
        name="title"
        required
        maxLength={200}
        data-autofocus
        value={draft.title}
        onChange={(event) => set({ title: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.product}
        value={draft.product}
        data={SupportProduct.options.map((value) => ({ value, label: t.products[value] }))}
        onChange={(event) => set({ product: SupportProduct.parse(event.currentTarget.value) })}
      />
      <Select
        label={t.gateway}
        description={t.gatewayHint}
        placeholder={t.noGateway}
        searchable
        clearable
        error={owner === undefined && !gateways.loading ? t.pickGateway : undefined}
        value={gateway}
        data={gateways.rows.map(({ id, name, accountName }) => ({ value: id, label: `${name} (${accountName})` }))}
        onChange={(value) => set({ gateway: value, attachments: [] })}
      />
      <Textarea
        label={t.howToSee}
        autosize
        minRows={4}
        maxLength={10_000}
        value={draft.report}
        onChange={(event) => set({ report: event.currentTarget.value })}
      />
      {gateway !== null && (
        <Files
          key={gateway}
          gateway={gateway}
          chosen={draft.attachments}
          onChange={(attachments) => set({ attachments })}
        />
      )}
    </EditDialog>
  );
}

function Files(props: { gateway: string; chosen: string[]; onChange: (chosen: string[]) => void }) {
  const may = useMay('support:logs');
  const files = usePaged(
    ['uploads', 'list'],
    '/uploads',
    Upload,
    { filter: [`gateway:eq:${props.gateway}`], sort: '-createdAt' },
    { limit: 20, enabled: may },
  );
  if (!may) return null;
  return (
    <Checkbox.Group label={t.attachments} value={props.chosen} onChange={props.onChange}>
      <Stack gap={6} mt={4}>
        {files.rows.map((file) => (
          <Checkbox
            key={file.id}
            value={file.id}
            label={`${file.fileName}, ${t.kinds[file.kind]}, ${bytes(file.bytes)}`}
          />
        ))}
        {files.rows.length === 0 && !files.loading && (
          <Text size="sm" c="dimmed">
            {text.logs.none}
          </Text>
        )}
      </Stack>
    </Checkbox.Group>
  );
}
