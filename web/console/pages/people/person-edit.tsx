import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Person } from '#contract/api/access.ts';
import { Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useMay } from '../../data/me.tsx';
import { roleLabel, useGivableRoles } from '../../data/roles.ts';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';

const t = text.people;

const draftOf = ({ name, role, status }: Person) => ({ name, role, off: status === 'Disabled' });

/** Name, role and whether they can sign in, on the version that was opened. */
export function PersonEditForm(props: { person: Person; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const [base, setBase] = useState(props.person);
  const [draft, setDraft] = useState(() => draftOf(props.person));
  const givable = useGivableRoles(base.account);
  const mayAssign = useMay('roles:assign');
  const held = { value: base.role, label: roleLabel(base.role, base.roleName) };
  const roles = givable.some(({ value }) => value === held.value) ? givable : [held, ...givable];
  const save = useMutation({
    mutationFn: () =>
      api.send(
        'PATCH',
        `/people/${encodeURIComponent(base.id)}`,
        Person,
        {
          account: base.account,
          name: draft.name,
          ...(draft.role !== base.role && { role: draft.role }),
          ...(draft.off !== (base.status === 'Disabled') && { status: draft.off ? 'Disabled' : 'Active' }),
        },
        { ifMatch: base.etag },
      ),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['people'] });
      props.onClose();
    },
  });
  const takeNewest = async () => {
    const found = await api.get('/people', Page(Person), { account: base.account ?? undefined, q: base.email });
    const newest = found.items.find(({ id }) => id === base.id);
    if (newest === undefined) return props.onClose();
    setBase(newest);
    setDraft(draftOf(newest));
    save.reset();
  };
  return (
    <EditDialog
      title={t.editOf(props.person.name)}
      action={t.save}
      save={save}
      onNewest={() => void takeNewest()}
      onClose={props.onClose}
    >
      <TextInput
        label={t.name}
        required
        maxLength={128}
        data-autofocus
        value={draft.name}
        onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.role}
        data={roles}
        disabled={!mayAssign}
        value={draft.role}
        onChange={(event) => setDraft({ ...draft, role: event.currentTarget.value })}
      />
      <Switch
        label={t.disabledLabel}
        checked={draft.off}
        onChange={(event) => setDraft({ ...draft, off: event.currentTarget.checked })}
      />
    </EditDialog>
  );
}
