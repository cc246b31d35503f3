import { Anchor, Button, Group } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { Upload, UploadKind } from '#contract/uploads.ts';
import { Age } from '#web/kit/age.tsx';
import type { Choice, FilterField } from '#web/kit/filters/grammar.ts';
import { bytes } from '#web/kit/format/numbers.ts';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useGatewayNames } from '../../data/gateway-names.ts';
import { useListState } from '../../data/list-state.ts';
import { ListPage } from '../../parts/list-page.tsx';
import { text } from '../../texts/index.ts';
import { DeleteUpload } from '../gateways/delete-upload.tsx';

const t = text.supportLogs;

const columns = (gateways: ReadonlyMap<string, string>, onDelete: (file: Upload) => void): Column<Upload>[] => [
  { id: 'file', header: t.file, sort: 'fileName', fixed: true, wrap: true, cell: (row) => row.fileName },
  { id: 'kind', header: t.kind, cell: (row) => t.kinds[row.kind] },
  {
    id: 'gateway',
    header: t.gateway,
    cell: (row) => (
      <Anchor component={Link} href={`/gateways/${row.gateway}`} size="sm">
        {gateways.get(row.gateway) ?? t.gateway}
      </Anchor>
    ),
  },
  { id: 'size', header: t.size, sort: 'bytes', align: 'end', cell: (row) => bytes(row.bytes) },
  { id: 'askedBy', header: t.askedBy, cell: (row) => row.requestedBy },
  { id: 'arrived', header: t.arrived, sort: 'createdAt', cell: (row) => <Age at={row.createdAt} inRow /> },
  { id: 'kept', header: t.kept, cell: (row) => <Age at={row.expiresAt} inRow /> },
  {
    id: 'actions',
    header: t.actions,
    cell: (row) => (
      <Group gap="sm" wrap="nowrap">
        <Anchor
          size="sm"
          href={`/api/v1/uploads/${row.id}/file`}
          download={row.fileName}
          aria-label={text.logs.downloadFile(row.fileName)}
        >
          {text.logs.download}
        </Anchor>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={text.logs.deleteFile(row.fileName)}
          onClick={() => onDelete(row)}
        >
          {text.logs.delete}
        </Button>
      </Group>
    ),
  },
];

const fields = (gateways: ReadonlyMap<string, string>): FilterField[] => [
  {
    field: 'kind',
    label: t.kind,
    kind: 'choice',
    choices: UploadKind.options.map((value) => ({ value, label: t.kinds[value] })),
  },
  {
    field: 'gateway',
    label: t.gateway,
    kind: 'choice',
    choices: [...gateways].map(([value, label]): Choice => ({ value, label })),
  },
  { field: 'createdAt', label: t.arrived, kind: 'date' },
];

/** The files of all gateways in view. */
export default function CollectedFiles() {
  const state = useListState('-createdAt');
  const gateways = useGatewayNames();
  const [gone, setGone] = useState<Upload | undefined>();
  return (
    <>
      <ListPage
        resource="uploads"
        schema={Upload}
        title={t.files}
        note={t.filesNote}
        searchLabel={t.filesSearch}
        columns={columns(gateways, setGone)}
        fields={fields(gateways)}
        state={state}
        empty={t.filesNone}
      />
      <DeleteUpload upload={gone} onClose={() => setGone(undefined)} />
    </>
  );
}
