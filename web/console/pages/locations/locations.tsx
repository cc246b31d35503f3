import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { Location } from '#contract/api/locations.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { Facts } from '#web/kit/panels.tsx';
import type { Column } from '#web/kit/table/data-table.tsx';
import { useAccount } from '../../data/account.tsx';
import { type ListState, useListState } from '../../data/list-state.ts';
import { useMay } from '../../data/me.tsx';
import { DeleteDialog } from '../../parts/delete-dialog.tsx';
import { ListPage } from '../../parts/list-page.tsx';
import { RowLink } from '../../parts/row-link.tsx';
import { text } from '../../texts/index.ts';
import { AddLocations, EditLocation } from './location-forms.tsx';

const t = text.locations;

/** The address on one line, as far as it is known. */
function addressOf({ address }: Location): string {
  const town = [address.postalCode, address.city].filter(Boolean).join(' ');
  return [address.street, town, address.region, address.country, address.details].filter(Boolean).join(', ');
}

const nameOf = ({ name }: Location): string => name;
const namesOf = ({ gateways }: Location): string => gateways.map(({ name }) => name).join(', ');

const columns = (state: ListState): Column<Location>[] => [
  {
    id: 'name',
    header: t.name,
    sort: 'name',
    fixed: true,
    cell: (row) => <RowLink onClick={() => state.show(row.id)}>{row.name}</RowLink>,
  },
  { id: 'address', header: t.address, wrap: true, cell: (row) => addressOf(row) },
  { id: 'gateways', header: t.gateways, wrap: true, cell: (row) => namesOf(row) },
  { id: 'ranges', header: t.ranges, align: 'end', cell: (row) => count(row.ranges) },
  { id: 'dids', header: t.dids, align: 'end', cell: (row) => count(row.dids) },
  { id: 'account', header: t.account, hiddenByDefault: true, sort: 'accountName', cell: (row) => row.accountName },
  {
    id: 'updated',
    header: t.updated,
    hiddenByDefault: true,
    sort: 'updatedAt',
    cell: (row) => <Age at={row.updatedAt} inRow />,
  },
];

const FIELDS: readonly FilterField[] = [
  { field: 'city', label: t.city, kind: 'text' },
  {
    field: 'used',
    label: t.used,
    kind: 'choice',
    choices: (['yes', 'no'] as const).map((value) => ({ value, label: t.usedWords[value] })),
  },
];

/** The places of an account (MVB-6 to MVB-8). */
export default function Locations() {
  const state = useListState('name');
  const { account } = useAccount();
  const mayAdd = useMay('integrations:add');
  const mayEdit = useMay('integrations:edit');
  const mayDelete = useMay('integrations:delete');
  const [adding, setAdding] = useState(false);
  const [edited, setEdited] = useState<Location | undefined>();
  const [doomed, setDoomed] = useState<readonly Location[]>([]);
  const show = (location: Location) => (
    <LocationDetails location={location} onEdit={mayEdit ? () => setEdited(location) : undefined} />
  );
  const actions = (rows: Location[]) =>
    mayDelete &&
    rows.length > 0 && (
      <Button variant="default" onClick={() => setDoomed(rows)}>
        {t.delete(rows.length)}
      </Button>
    );
  return (
    <>
      <ListPage
        resource="locations"
        schema={Location}
        title={t.title}
        note={account === undefined && mayAdd ? t.chooseAccount : undefined}
        searchLabel={t.search}
        columns={columns(state)}
        fields={FIELDS}
        state={state}
        empty={t.empty}
        csv
        details={{ title: nameOf, show }}
        selected={{ name: nameOf, actions }}
        actions={
          mayAdd && (
            <Button leftSection={<Icon name="plus" />} disabled={account === undefined} onClick={() => setAdding(true)}>
              {t.add}
            </Button>
          )
        }
      />
      {adding && account !== undefined && <AddLocations account={account} onClose={() => setAdding(false)} />}
      {edited && <EditLocation location={edited} onClose={() => setEdited(undefined)} />}
      {doomed.length > 0 && (
        <DeleteDialog
          resource="locations"
          title={t.deleteTitle}
          question={t.deleteText}
          done={t.deleted}
          items={doomed}
          onClose={() => setDoomed([])}
        />
      )}
    </>
  );
}

const LocationDetails = (props: { location: Location; onEdit: (() => void) | undefined }) => (
  <Stack align="flex-start">
    <Facts
      items={[
        [t.account, props.location.accountName],
        [t.address, addressOf(props.location)],
        [t.gateways, namesOf(props.location)],
        [t.ranges, count(props.location.ranges)],
        [t.dids, count(props.location.dids)],
      ]}
    />
    {props.onEdit && (
      <Button variant="default" onClick={props.onEdit}>
        {t.edit}
      </Button>
    )}
  </Stack>
);
