import { NativeSelect, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { RoleBase } from '#contract/access.ts';
import { RoleInfo } from '#contract/api/roles.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';

const t = text.roles;

/** A new role; with `copy` one of the same base and ticks, whose base cannot be chosen (ROL-3, ROL-19). */
export function RoleCreateForm(props: { copy?: RoleInfo; onMade: (role: RoleInfo) => void; onClose: () => void }) {
  const { copy } = props;
  const api = useApi();
  const queries = useQueryClient();
  const { draft, set, edited } = useEdited({
    entry: copy,
    draftOf: (other): { name: string; description: string; base: RoleBase } => ({
      name: other ? t.copyName(other.name) : '',
      description: other?.description ?? '',
      base: other?.base ?? 'Partner',
    }),
    save: (role) => api.send('POST', '/roles', RoleInfo, { ...role, ...(copy && { permissions: copy.permissions }) }),
    onSaved: (role) => {
      void queries.invalidateQueries({ queryKey: ['roles'] });
      props.onMade(role);
    },
  });
  return (
    <EditDialog
      title={copy ? t.duplicateOf(copy.name) : t.newRole}
      action={t.create}
      edited={edited}
      onClose={props.onClose}
    >
      <TextInput
        label={t.name}
        required
        maxLength={64}
        data-autofocus
        name="name"
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t.description}
        maxLength={256}
        name="description"
        value={draft.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <NativeSelect
        label={t.base}
        value={draft.base}
        disabled={copy !== undefined}
        data={RoleBase.options.map((value) => ({ value, label: t.bases[value] }))}
        onChange={(event) => set({ base: RoleBase.parse(event.currentTarget.value) })}
      />
    </EditDialog>
  );
}
