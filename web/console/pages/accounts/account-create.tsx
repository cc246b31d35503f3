import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Account } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../../texts/index.ts';

const t = text.accounts;

/** A new customer account. */
export function AccountCreateForm(props: { onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [country, setCountry] = useState('');
  const create = useMutation({
    mutationFn: () => api.send('POST', '/accounts', Account, { name: name.trim(), country }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      props.onClose();
    },
  });
  return (
    <Modal opened onClose={props.onClose} title={t.add} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t.name}
            required
            maxLength={128}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <CountryInput value={country} onChange={setCountry} />
          {create.error && <ErrorPanel error={create.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {kitText.cancel}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t.add}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Country as its two letters (ISO 3166-1 alpha-2). */
export const CountryInput = (props: { value: string; onChange: (country: string) => void }) => (
  <TextInput
    label={t.country}
    description={t.countryHint}
    required
    minLength={2}
    maxLength={2}
    pattern="[A-Za-z]{2}"
    value={props.value}
    onChange={(event) => props.onChange(event.currentTarget.value.toUpperCase())}
  />
);
