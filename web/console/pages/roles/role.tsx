import { Button, Loader, Tabs, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { RoleInfo } from '#contract/api/roles.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, PageHeader, Panel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useOne } from '../../data/list.ts';
import { useMay } from '../../data/me.tsx';
import { EditForm } from '../../parts/edit-form.tsx';
import { text } from '../../texts/index.ts';
import { RoleAccounts } from './role-accounts.tsx';
import { RoleCreateForm } from './role-create.tsx';
import { RoleDelete } from './role-delete.tsx';
import { RoleTicks } from './role-ticks.tsx';

const t = text.roles;

/** One custom role: its settings, and the accounts where it can be given (ROL-16). */
export default function RolePage() {
  const { id } = useParams<{ id: string }>();
  const role = useOne('roles', RoleInfo, id);
  const [, navigate] = useLocation();
  const [step, setStep] = useState<'copy' | 'delete' | undefined>();
  const [mayAdd, mayDelete] = [useMay('roles:add'), useMay('roles:delete')];
  if (role.error && !role.data) {
    return (
      <>
        <PageHeader title={t.title} />
        <ErrorPanel error={role.error} onRetry={() => void role.refetch()} />
      </>
    );
  }
  if (!role.data) return <Loader aria-label={kitText.loading} role="status" />;
  const { data } = role;
  return (
    <>
      <PageHeader
        title={data.name}
        note={`${t.base}: ${data.base === null ? t.builtIn : t.bases[data.base]}`}
        actions={
          <>
            {mayAdd && (
              <Button variant="default" onClick={() => setStep('copy')}>
                {t.duplicate}
              </Button>
            )}
            {mayDelete && (
              <Button variant="default" onClick={() => setStep('delete')}>
                {t.deleteRole}
              </Button>
            )}
          </>
        }
      />
      <Tabs defaultValue="settings" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="settings">{t.settings}</Tabs.Tab>
          <Tabs.Tab value="accounts">{t.accounts}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings">
          <RoleSettings key={data.id} role={data} />
        </Tabs.Panel>
        <Tabs.Panel value="accounts">
          {data.base === 'Partner' ? <Text size="sm">{t.partnerOnly}</Text> : <RoleAccounts role={data.id} />}
        </Tabs.Panel>
      </Tabs>
      {step === 'copy' && (
        <RoleCreateForm
          copy={data}
          onMade={(made) => {
            setStep(undefined);
            navigate(`/roles/${encodeURIComponent(made.id)}`);
          }}
          onClose={() => setStep(undefined)}
        />
      )}
      {step === 'delete' && (
        <RoleDelete role={data} onGone={() => navigate('/roles')} onClose={() => setStep(undefined)} />
      )}
    </>
  );
}

const draftOf = ({ name, description, permissions }: RoleInfo) => ({ name, description, permissions });

function RoleSettings(props: { role: RoleInfo }) {
  const api = useApi();
  const queries = useQueryClient();
  const notice = useNotice();
  const mayEdit = useMay('roles:edit');
  const path = `/roles/${encodeURIComponent(props.role.id)}`;
  const { base, draft, set, begin, edited } = useEdited({
    entry: props.role,
    draftOf,
    version: ({ etag }) => etag,
    read: () => api.get(path, RoleInfo),
    save: (role, { etag }) => api.send('PATCH', path, RoleInfo, role, { ifMatch: etag }),
    onSaved: (newest) => {
      begin(newest);
      queries.setQueryData(['roles', 'one', newest.id], newest);
      void queries.invalidateQueries({ queryKey: ['roles', 'list'] });
      notice(t.saved);
    },
  });
  return (
    <Panel title={t.settings}>
      <EditForm edited={edited} action={t.save} readOnly={!mayEdit}>
        <TextInput
          label={t.name}
          name="name"
          required
          maxLength={64}
          readOnly={!mayEdit}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label={t.description}
          name="description"
          maxLength={256}
          readOnly={!mayEdit}
          value={draft.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <RoleTicks
          base={base.base ?? 'Account Admin'}
          ticked={draft.permissions}
          onChange={mayEdit ? (permissions) => set({ permissions }) : undefined}
        />
      </EditForm>
    </Panel>
  );
}
