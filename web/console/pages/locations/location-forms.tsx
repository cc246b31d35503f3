import { Checkbox, NativeSelect, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Location, type LocationAddress, LocationsCreated } from '#contract/api/locations.ts';
import { Gateway } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { countries } from '#web/kit/format/countries.ts';
import { useNotice } from '#web/kit/notices.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useList } from '../../data/list.ts';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';

const t = text.locations;

/** Adds several locations by their names, each ended with Enter (MVB-6). */
export function AddLocations(props: { account: string; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const [typed, setTyped] = useState('');
  // What was typed and not ended with Enter counts as well: the button says that all will be added.
  const allOf = (names: readonly string[]) => [...names, ...(typed.trim() === '' ? [] : [typed.trim()])];
  const { draft, set, edited } = useEdited({
    entry: undefined,
    draftOf: (): { names: string[] } => ({ names: [] }),
    save: ({ names }) =>
      api.send('POST', '/locations', LocationsCreated, { account: props.account, names: allOf(names) }),
    onSaved: ({ items }) => {
      notice(t.added(items.length));
      void queries.invalidateQueries({ queryKey: ['locations'] });
      props.onClose();
    },
  });
  const isEmpty = allOf(draft.names).length === 0;
  return (
    <EditDialog
      title={t.add}
      action={kitText.save}
      edited={{ ...edited, changed: edited.changed || typed.trim() !== '' }}
      blocked={isEmpty}
      onClose={props.onClose}
    >
      <TagsInput
        label={t.names}
        description={t.namesHint}
        data-autofocus
        value={draft.names}
        onChange={(names) => set({ names })}
        searchValue={typed}
        onSearchChange={setTyped}
        splitChars={[]}
        maxTags={50}
      />
    </EditDialog>
  );
}

const draftOf = ({ name, address, gateways }: Location) => ({ name, address, gateways: gateways.map(({ id }) => id) });

/** Sets the name, the emergency address and the gateways of a location. */
export function EditLocation(props: { location: Location; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const path = `/locations/${props.location.id}`;
  const gateways = useList('gateways', Gateway, { account: props.location.account }, { limit: 200 });
  const { draft, set, edited } = useEdited({
    entry: props.location,
    draftOf,
    read: () => api.get(path, Location),
    save: (location, { etag }) => api.send('PUT', path, Location, location, { ifMatch: etag }),
    onSaved: () => {
      notice(t.saved);
      void queries.invalidateQueries({ queryKey: ['locations'] });
      props.onClose();
    },
  });
  const setAddress = (change: Partial<LocationAddress>) => set({ address: { ...draft.address, ...change } });
  const line = (field: keyof LocationAddress, label: string, maxLength: number) => (
    <TextInput
      label={label}
      name={field}
      maxLength={maxLength}
      value={draft.address[field]}
      onChange={(event) => setAddress({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <EditDialog title={t.editOf(props.location.name)} action={kitText.save} edited={edited} onClose={props.onClose}>
      <TextInput
        label={t.name}
        name="name"
        required
        maxLength={64}
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <fieldset className="dk-fieldset">
        <legend>{t.address}</legend>
        <Stack gap="xs">
          <Text size="sm" c="dimmed">
            {t.addressHint}
          </Text>
          {line('street', t.street, 128)}
          {line('postalCode', t.postalCode, 16)}
          {line('city', t.city, 128)}
          {line('region', t.region, 128)}
          <NativeSelect
            label={t.country}
            value={draft.address.country}
            data={[{ value: '', label: '–' }, ...countries()]}
            onChange={(event) => setAddress({ country: event.currentTarget.value })}
          />
          {line('details', t.details, 256)}
        </Stack>
      </fieldset>
      {gateways.rows.length === 0 && !gateways.loading ? (
        <Text size="sm">{t.noGateway}</Text>
      ) : (
        <Checkbox.Group
          label={t.gateways}
          description={t.gatewaysHint}
          value={draft.gateways}
          onChange={(chosen) => set({ gateways: chosen })}
        >
          <Stack gap={6} mt={6}>
            {gateways.rows
              .filter(({ presence }) => presence !== 'Released')
              .map(({ id, name }) => (
                <Checkbox key={id} value={id} label={name} />
              ))}
          </Stack>
        </Checkbox.Group>
      )}
    </EditDialog>
  );
}
