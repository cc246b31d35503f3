import { Fieldset, NativeSelect, NumberInput, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Account } from '#contract/api.ts';
import { PhonePolicy } from '#contract/words.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { type AccountDraft, AccountFields, particularsOf } from './account-fields.tsx';

const t = text.accounts;

const fieldsOf = (account: Account): AccountDraft => ({
  name: account.name,
  country: account.country,
  address1: account.address1 ?? '',
  address2: account.address2 ?? '',
  city: account.city ?? '',
  postalCode: account.postalCode ?? '',
  province: account.province ?? '',
  language: account.language ?? 'en',
  businessType: account.businessType ?? '',
});
const syncsOf = ({ phonePolicy, guard }: Account) => ({ phonePolicy, guard });

/**
 * Edits an account on the version that was opened. When somebody else was faster, nothing is overwritten: the newest
 * values can be taken over and the change made again.
 */
export function AccountEditForm(props: { account: Account; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const [base, setBase] = useState(props.account);
  const [fields, setFields] = useState(() => fieldsOf(props.account));
  const [syncs, setSyncs] = useState(() => syncsOf(props.account));
  const path = `/accounts/${encodeURIComponent(base.id)}`;
  const save = useMutation({
    mutationFn: () => api.send('PATCH', path, Account, { ...particularsOf(fields), ...syncs }, { ifMatch: base.etag }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      notice(t.saved);
      props.onClose();
    },
  });
  const takeNewest = async () => {
    const newest = await api.get(path, Account);
    setBase(newest);
    setFields(fieldsOf(newest));
    setSyncs(syncsOf(newest));
    save.reset();
  };
  return (
    <EditDialog
      title={t.editOf(props.account.name)}
      action={t.save}
      save={save}
      onNewest={() => void takeNewest()}
      onClose={props.onClose}
    >
      <AccountFields draft={fields} onChange={setFields} />
      <Fieldset legend={t.syncs}>
        <Stack>
          <NativeSelect
            label={t.policyLabel}
            value={syncs.phonePolicy}
            data={PhonePolicy.options.map((value) => ({ value, label: t.policies[value] }))}
            onChange={(event) => setSyncs({ ...syncs, phonePolicy: PhonePolicy.parse(event.currentTarget.value) })}
          />
          <NumberInput
            label={t.guardPercent}
            min={0}
            max={100}
            required
            value={syncs.guard.percent}
            onChange={(value) => setSyncs({ ...syncs, guard: { ...syncs.guard, percent: Number(value) } })}
          />
          <NumberInput
            label={t.guardUsers}
            min={0}
            allowDecimal={false}
            required
            value={syncs.guard.users}
            onChange={(value) => setSyncs({ ...syncs, guard: { ...syncs.guard, users: Number(value) } })}
          />
        </Stack>
      </Fieldset>
    </EditDialog>
  );
}
