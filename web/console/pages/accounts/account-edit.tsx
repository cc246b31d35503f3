import { Fieldset, NativeSelect, NumberInput, Stack } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Account } from '#contract/api.ts';
import { PhonePolicy } from '#contract/words.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
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
const draftOf = (account: Account) => {
  const { phonePolicy, guard } = account;
  return { fields: fieldsOf(account), syncs: { phonePolicy, guard } };
};

/**
 * Edits an account on the version that was opened. When somebody else was faster, nothing is overwritten: the newest
 * values can be taken over and the change made again.
 */
export function AccountEditForm(props: { account: Account; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const path = `/accounts/${encodeURIComponent(props.account.id)}`;
  const { draft, set, edited } = useEdited({
    entry: props.account,
    draftOf,
    read: () => api.get(path, Account),
    save: ({ fields, syncs }, { etag }) =>
      api.send('PATCH', path, Account, { ...particularsOf(fields), ...syncs }, { ifMatch: etag }),
    onSaved: () => {
      void queries.invalidateQueries({ queryKey: ['accounts'] });
      notice(t.saved);
      props.onClose();
    },
  });
  const { fields, syncs } = draft;
  const setSyncs = (change: Partial<typeof syncs>) => set({ syncs: { ...syncs, ...change } });
  return (
    <EditDialog title={t.editOf(props.account.name)} action={t.save} edited={edited} onClose={props.onClose}>
      <AccountFields draft={fields} onChange={(next) => set({ fields: next })} />
      <Fieldset legend={t.syncs}>
        <Stack>
          <NativeSelect
            label={t.policyLabel}
            value={syncs.phonePolicy}
            data={PhonePolicy.options.map((value) => ({ value, label: t.policies[value] }))}
            onChange={(event) => setSyncs({ phonePolicy: PhonePolicy.parse(event.currentTarget.value) })}
          />
          <NumberInput
            label={t.guardPercent}
            min={0}
            max={100}
            required
            value={syncs.guard.percent}
            onChange={(value) => setSyncs({ guard: { ...syncs.guard, percent: Number(value) } })}
          />
          <NumberInput
            label={t.guardUsers}
            min={0}
            allowDecimal={false}
            required
            value={syncs.guard.users}
            onChange={(value) => setSyncs({ guard: { ...syncs.guard, users: Number(value) } })}
          />
        </Stack>
      </Fieldset>
    </EditDialog>
  );
}
