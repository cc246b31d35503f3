import { Alert, Button, Group, Modal, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { User } from '#contract/api/users.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { Icon } from '#web/kit/icons.tsx';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useMay } from '../../data/me.tsx';
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

const EMPTY: Partial<User> = {};

const draftOf = (user: Partial<User>): Draft => ({
  name: user.name ?? '',
  firstName: user.firstName ?? '',
  lastName: user.lastName ?? '',
  email: user.email ?? '',
  mobile: mobileDraftOf(user.mobilePhone),
  admin: user.role === 'Account Admin',
});

const same = (a: Draft, b: Draft): boolean => JSON.stringify(a) === JSON.stringify(b);

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
  const [base, setBase] = useState(props.user);
  const [draft, setDraft] = useState(() => draftOf(props.user ?? EMPTY));
  const [leaving, setLeaving] = useState(false);
  const path = base && `/users/${encodeURIComponent(base.id)}`;
  const mobile = numberOf(draft.mobile);
  const save = useMutation({
    mutationFn: () =>
      base && path
        ? api.send('PATCH', path, User, changesOf(base, draft), { ifMatch: base.etag })
        : api.send('POST', '/users', User, {
            account: props.account,
            firstName: draft.firstName,
            lastName: draft.lastName,
            email: draft.email,
            ...(typeof mobile === 'string' && { mobilePhone: mobile }),
            role: draft.admin ? 'Account Admin' : 'User',
          }),
    onSuccess: ({ name }) => {
      void queries.invalidateQueries({ queryKey: ['users'] });
      tell(base ? t.saved(name) : t.created(name));
      props.onClose();
    },
  });
  const stale = save.error instanceof ApiError && save.error.status === 412;
  const field = save.error instanceof ApiError ? save.error.field : undefined;
  const newest = useQuery({
    queryKey: ['users', 'newest', base?.id],
    queryFn: ({ signal }) => api.get(path ?? '', User, {}, signal),
    enabled: false,
  });
  const takeNewest = async () => {
    const { data } = await newest.refetch();
    if (data === undefined) return;
    setBase(data);
    setDraft(draftOf(data));
    save.reset();
  };
  const leave = () => {
    if (leaving || same(draft, draftOf(base ?? EMPTY))) props.onClose();
    else setLeaving(true);
  };
  const isLocked = (name: string) => base?.lockedFields.includes(name) ?? false;
  const isMine = base?.pbx === null || base === undefined;
  const input = (name: 'name' | 'firstName' | 'lastName' | 'email', label: string, required: boolean) => (
    <TextInput
      label={label}
      type={name === 'email' ? 'email' : 'text'}
      required={required && !isLocked(name)}
      readOnly={isLocked(name)}
      maxLength={name === 'email' ? 254 : 256}
      autoComplete="off"
      value={draft[name]}
      error={field === name ? t.wrongValue : undefined}
      description={isLocked(name) ? t.lockedField : name === 'email' ? t.emailHint : undefined}
      rightSection={isLocked(name) && <Icon name="lock" />}
      onChange={(event) => setDraft({ ...draft, [name]: event.currentTarget.value })}
    />
  );
  return (
    <Modal
      opened
      onClose={leave}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': kitText.close }}
      title={base ? t.editOf(base.name) : t.add}
      size="lg"
    >
      <form
        noValidate={base !== undefined}
        onSubmit={(event) => {
          event.preventDefault();
          if (mobile !== null) save.mutate();
        }}
      >
        <Stack>
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
          {input('email', t.email, isMine)}
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
              onChange={(next) => setDraft({ ...draft, mobile: next })}
            />
          )}
          <Switch
            label={t.admin}
            description={t.adminHint}
            checked={draft.admin}
            disabled={!mayAssign}
            onChange={(event) => setDraft({ ...draft, admin: event.currentTarget.checked })}
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
          {leaving && (
            <Alert role="alert" variant="default" icon={<Icon name="warning" />} title={t.unsaved}>
              <Group gap="xs">
                <Button size="xs" variant="default" onClick={props.onClose}>
                  {t.discard}
                </Button>
                <Button size="xs" onClick={() => setLeaving(false)}>
                  {t.goOn}
                </Button>
              </Group>
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={leave}>
              {kitText.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={stale || mobile === null}>
              {base ? t.save : t.addAction}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
