import { Alert, Button, Group, Modal, NativeSelect, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Account } from '#contract/api.ts';
import { PhonePolicy } from '#contract/words.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../../texts/index.ts';
import { CountryInput } from './account-create.tsx';

const t = text.accounts;

type Draft = Pick<Account, 'name' | 'country' | 'phonePolicy' | 'guard'>;

const draftOf = ({ name, country, phonePolicy, guard }: Account): Draft => ({ name, country, phonePolicy, guard });

/**
 * Edits an account on the version that was opened. When somebody else was faster, nothing is overwritten: the newest
 * values can be taken over and the change made again.
 */
export function AccountEditForm(props: { account: Account; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const [base, setBase] = useState(props.account);
  const [draft, setDraft] = useState(() => draftOf(props.account));
  const path = `/accounts/${encodeURIComponent(base.id)}`;
  const save = useMutation({
    mutationFn: () => api.send('PATCH', path, Account, draft, { ifMatch: base.etag }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      props.onClose();
    },
  });
  const stale = save.error instanceof ApiError && save.error.status === 412;
  const newest = useQuery({
    queryKey: ['accounts', 'newest', base.id],
    queryFn: ({ signal }) => api.get(path, Account, {}, signal),
    enabled: false,
  });
  const takeNewest = async () => {
    const { data } = await newest.refetch();
    if (data === undefined) return;
    setBase(data);
    setDraft(draftOf(data));
    save.reset();
  };
  return (
    <Modal opened onClose={props.onClose} title={t.editOf(props.account.name)} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t.name}
            required
            maxLength={128}
            data-autofocus
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          />
          <CountryInput value={draft.country} onChange={(country) => setDraft({ ...draft, country })} />
          <NativeSelect
            label={t.policyLabel}
            value={draft.phonePolicy}
            data={PhonePolicy.options.map((value) => ({ value, label: t.policies[value] }))}
            onChange={(event) => setDraft({ ...draft, phonePolicy: PhonePolicy.parse(event.currentTarget.value) })}
          />
          <NumberInput
            label={t.guardPercent}
            min={0}
            max={100}
            required
            value={draft.guard.percent}
            onChange={(value) => setDraft({ ...draft, guard: { ...draft.guard, percent: Number(value) } })}
          />
          <NumberInput
            label={t.guardUsers}
            min={0}
            allowDecimal={false}
            required
            value={draft.guard.users}
            onChange={(value) => setDraft({ ...draft, guard: { ...draft.guard, users: Number(value) } })}
          />
          {stale && (
            <Alert role="alert" variant="default" icon={<Icon name="warning" />} title={t.stale}>
              <Stack gap="xs" align="flex-start">
                <Text size="sm">{t.staleNext}</Text>
                <Button size="xs" variant="default" loading={newest.isFetching} onClick={() => void takeNewest()}>
                  {t.reload}
                </Button>
                {newest.error && <ErrorPanel error={newest.error} />}
              </Stack>
            </Alert>
          )}
          {save.error && !stale && <ErrorPanel error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {kitText.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={stale}>
              {t.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
