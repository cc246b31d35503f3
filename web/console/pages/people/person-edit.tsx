import { NativeSelect, Switch, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Person } from '#contract/api/access.ts';
import { Page } from '#contract/api.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
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
  const { base, draft, set, edited } = useEdited({
    entry: props.person,
    draftOf,
    // There is no reading of one person alone.
    read: async ({ id, account, email }) => {
      const found = await api.get('/people', Page(Person), { account: account ?? undefined, q: email });
      return found.items.find((one) => one.id === id);
    },
    onGone: props.onClose,
    save: ({ name, role, off }, { id, etag, ...before }) =>
      api.send(
        'PATCH',
        `/people/${encodeURIComponent(id)}`,
        Person,
        {
          account: before.account,
          name,
          ...(role !== before.role && { role }),
          ...(off !== (before.status === 'Disabled') && { status: off ? 'Disabled' : 'Active' }),
        },
        { ifMatch: etag },
      ),
    onSaved: () => {
      void queries.invalidateQueries({ queryKey: ['people'] });
      props.onClose();
    },
  });
  const givable = useGivableRoles(base.account);
  const mayAssign = useMay('roles:assign');
  const held = { value: base.role, label: roleLabel(base.role, base.roleName) };
  const roles = givable.some(({ value }) => value === held.value) ? givable : [held, ...givable];
  return (
    <EditDialog title={t.editOf(props.person.name)} action={t.save} edited={edited} onClose={props.onClose}>
      <TextInput
        label={t.name}
        name="name"
        required
        maxLength={128}
        data-autofocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.role}
        name="role"
        data={roles}
        disabled={!mayAssign}
        value={draft.role}
        onChange={(event) => set({ role: event.currentTarget.value })}
      />
      <Switch
        label={t.disabledLabel}
        checked={draft.off}
        onChange={(event) => set({ off: event.currentTarget.checked })}
      />
    </EditDialog>
  );
}
