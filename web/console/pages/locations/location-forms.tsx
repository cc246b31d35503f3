import { Checkbox, NativeSelect, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Location, type LocationAddress, LocationsCreated } from '#contract/api/locations.ts';
import { Gateway } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
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
  const [names, setNames] = useState<string[]>([]);
  const [typed, setTyped] = useState('');
  // What was typed and not ended with Enter counts as well: the button says that all will be added.
  const all = [...names, ...(typed.trim() === '' ? [] : [typed.trim()])];
  const save = useMutation({
    mutationFn: () => api.send('POST', '/locations', LocationsCreated, { account: props.account, names: all }),
    onSuccess: ({ items }) => {
      notice(t.added(items.length));
      void queries.invalidateQueries({ queryKey: ['locations'] });
      props.onClose();
    },
  });
  return (
    <EditDialog title={t.add} action={kitText.save} save={save} blocked={all.length === 0} onClose={props.onClose}>
      <TagsInput
        label={t.names}
        description={t.namesHint}
        data-autofocus
        value={names}
        onChange={setNames}
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
  const [base, setBase] = useState(props.location);
  const [draft, setDraft] = useState(() => draftOf(props.location));
  const path = `/locations/${base.id}`;
  const gateways = useList('gateways', Gateway, { account: base.account }, { limit: 200 });
  const save = useMutation({
    mutationFn: () => api.send('PUT', path, Location, draft, { ifMatch: base.etag }),
    onSuccess: () => {
      notice(t.saved);
      void queries.invalidateQueries({ queryKey: ['locations'] });
      props.onClose();
    },
  });
  const takeNewest = async () => {
    const newest = await api.get(path, Location);
    setBase(newest);
    setDraft(draftOf(newest));
    save.reset();
  };
  const line = (field: keyof LocationAddress, label: string, maxLength: number) => (
    <TextInput
      label={label}
      maxLength={maxLength}
      value={draft.address[field]}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setDraft((before) => ({ ...before, address: { ...before.address, [field]: value } }));
      }}
    />
  );
  return (
    <EditDialog
      title={t.editOf(props.location.name)}
      action={kitText.save}
      save={save}
      onNewest={() => void takeNewest()}
      onClose={props.onClose}
    >
      <TextInput
        label={t.name}
        required
        maxLength={64}
        data-autofocus
        value={draft.name}
        onChange={(event) => {
          const name = event.currentTarget.value;
          setDraft((before) => ({ ...before, name }));
        }}
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
            onChange={(event) => {
              const country = event.currentTarget.value;
              setDraft((before) => ({ ...before, address: { ...before.address, country } }));
            }}
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
          onChange={(chosen) => setDraft((before) => ({ ...before, gateways: chosen }))}
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
