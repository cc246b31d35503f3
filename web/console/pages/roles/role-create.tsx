import { NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { RoleBase } from '#contract/access.ts';
import { RoleInfo } from '#contract/api/roles.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';

const t = text.roles;

/** A new role; with `copy` one of the same base and ticks, whose base cannot be chosen (ROL-3, ROL-19). */
export function RoleCreateForm(props: { copy?: RoleInfo; onMade: (role: RoleInfo) => void; onClose: () => void }) {
  const { copy } = props;
  const api = useApi();
  const queries = useQueryClient();
  const [name, setName] = useState(copy ? t.copyName(copy.name) : '');
  const [description, setDescription] = useState(copy?.description ?? '');
  const [base, setBase] = useState<RoleBase>(copy?.base ?? 'Partner');
  const make = useMutation({
    mutationFn: () =>
      api.send('POST', '/roles', RoleInfo, {
        name,
        description,
        base,
        ...(copy && { permissions: copy.permissions }),
      }),
    onSuccess: (role) => {
      void queries.invalidateQueries({ queryKey: ['roles'] });
      props.onMade(role);
    },
  });
  return (
    <EditDialog
      title={copy ? t.duplicateOf(copy.name) : t.newRole}
      action={t.create}
      save={make}
      onClose={props.onClose}
    >
      <TextInput
        label={t.name}
        required
        maxLength={64}
        data-autofocus
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t.description}
        maxLength={256}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <NativeSelect
        label={t.base}
        value={base}
        disabled={copy !== undefined}
        data={RoleBase.options.map((value) => ({ value, label: t.bases[value] }))}
        onChange={(event) => setBase(RoleBase.parse(event.currentTarget.value))}
      />
    </EditDialog>
  );
}
