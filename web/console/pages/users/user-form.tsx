import { Alert, Group, Switch, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { User } from '#contract/api/users.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { useMay } from '../../data/me.tsx';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { type MobileDraft, MobileInput, draftOf as mobileDraftOf, numberOf } from './mobile-input.tsx';

const t = text.users;

interface Draft {
  name: string;
  firstName: string;
  lastName: string;
  email: string;
  mobile: MobileDraft;
  admin: boolean;
}

const draftOf = (user: Partial<User> = {}): Draft => ({
  name: user.name ?? '',
  firstName: user.firstName ?? '',
  lastName: user.lastName ?? '',
  email: user.email ?? '',
  mobile: mobileDraftOf(user.mobilePhone),
  admin: user.role === 'Account Admin',
});

const pathOf = (id: string | undefined): string => `/users/${encodeURIComponent(id ?? '')}`;

/** What of a draft differs from the version that was opened; an emptied field is taken away. */
function changesOf(base: User, draft: Draft) {
  const before = draftOf(base);
  const textOf = (field: 'firstName' | 'lastName' | 'email') =>
    draft[field] === before[field] ? {} : { [field]: draft[field].trim() === '' ? null : draft[field] };
  const mobile = numberOf(draft.mobile) ?? null;
  return {
    ...(draft.name !== before.name && { name: draft.name }),
    ...textOf('firstName'),
    ...textOf('lastName'),
    ...textOf('email'),
    ...(mobile !== (base.mobilePhone ?? null) && { mobilePhone: mobile }),
    ...(draft.admin !== before.admin && { role: draft.admin ? 'Account Admin' : 'User' }),
  };
}

/**
 * A new user of the cloud (USR-5 to USR-7), or an edit on the version that was opened: when somebody else was faster,
 * nothing is overwritten (USR-18, USR-19).
 */
export default function UserForm(props: { account: string; user?: User; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const tell = useNotice();
  const mayAssign = useMay('roles:assign');
  const { base, draft, set, edited } = useEdited({
    entry: props.user,
    draftOf,
    ...(props.user && { read: () => api.get(pathOf(props.user?.id), User) }),
    save: (wanted, before) => {
      if (before) {
        return api.send('PATCH', pathOf(before.id), User, changesOf(before, wanted), { ifMatch: before.etag });
      }
      const mobile = numberOf(wanted.mobile);
      return api.send('POST', '/users', User, {
        account: props.account,
        firstName: wanted.firstName,
        lastName: wanted.lastName,
        email: wanted.email,
        ...(typeof mobile === 'string' && { mobilePhone: mobile }),
        role: wanted.admin ? 'Account Admin' : 'User',
      });
    },
    onSaved: ({ name }) => {
      void queries.invalidateQueries({ queryKey: ['users'] });
      tell(props.user ? t.saved(name) : t.created(name));
      props.onClose();
    },
  });
  const mobile = numberOf(draft.mobile);
  const refused = edited.save.error;
  const field = refused instanceof ApiError ? refused.field : undefined;
  const isLocked = (name: string) => base?.lockedFields.includes(name) ?? false;
  const isMine = base?.pbx === null || base === undefined;
  const input = (name: 'name' | 'firstName' | 'lastName' | 'email', label: string, required: boolean) => (
    <TextInput
      label={label}
      name={name}
      type={name === 'email' ? 'email' : 'text'}
      required={required && !isLocked(name)}
      readOnly={isLocked(name)}
      maxLength={name === 'email' ? 254 : 256}
      autoComplete="off"
      value={draft[name]}
      error={field === name ? t.wrongValue : undefined}
      description={isLocked(name) ? t.lockedField : name === 'email' ? t.emailHint : undefined}
      rightSection={isLocked(name) && <Icon name="lock" />}
      onChange={(event) => set({ [name]: event.currentTarget.value })}
    />
  );
  return (
    <EditDialog
      title={base ? t.editOf(base.name) : t.add}
      action={base ? t.save : t.addAction}
      edited={edited}
      overtaken={{ title: t.stale, next: t.staleNext, action: t.reload }}
      size="lg"
      onClose={props.onClose}
    >
      {base && !isMine && (
        <Alert variant="default" icon={<Icon name="info" />} title={t.locked(base.pbxName ?? '')}>
          <Text size="sm">{t.lockedHint}</Text>
        </Alert>
      )}
      {base && input('name', t.name, true)}
      <Group grow align="flex-start" preventGrowOverflow={false}>
        {input('firstName', t.firstName, base === undefined)}
        {input('lastName', t.lastName, base === undefined)}
      </Group>
      {input('email', t.email, base === undefined || (isMine && base.email !== undefined))}
      {isLocked('mobilePhone') ? (
        <TextInput
          label={t.mobile}
          readOnly
          value={base?.mobilePhone ?? ''}
          description={t.lockedField}
          rightSection={<Icon name="lock" />}
        />
      ) : (
        <MobileInput
          value={draft.mobile}
          disabled={false}
          error={mobile === null ? t.mobileWrong : undefined}
          onChange={(next) => set({ mobile: next })}
        />
      )}
      <Switch
        label={t.admin}
        description={t.adminHint}
        checked={draft.admin}
        disabled={!mayAssign}
        onChange={(event) => set({ admin: event.currentTarget.checked })}
      />
    </EditDialog>
  );
}
