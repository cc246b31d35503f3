import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useNotice } from '#web/kit/notices.tsx';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { useSessionActs } from '../data/session.ts';
import { text } from '../texts/index.ts';

const t = text.entry;
const EMPTY = { current: '', password: '', repeat: '' };

/** Sets or changes the password of these pages: there is none by default. */
export function PasswordPanel(props: { hasPassword: boolean }) {
  const { setPassword } = useSessionActs();
  const tell = useNotice();
  const [typed, setTyped] = useState(EMPTY);
  const save = useMutation({
    mutationFn: () =>
      setPassword(typed.password, props.hasPassword && typed.current !== '' ? typed.current : undefined),
    onSuccess: () => {
      setTyped(EMPTY);
      tell(t.passwordSet);
    },
  });
  const isDifferent = typed.repeat !== '' && typed.repeat !== typed.password;
  const field = (name: keyof typeof EMPTY) => ({
    name,
    value: typed[name],
    maxLength: 256,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setTyped({ ...typed, [name]: event.currentTarget.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.password === typed.repeat) save.mutate();
  };
  return (
    <Panel title={t.passwordTitle}>
      <form onSubmit={submit}>
        <Stack gap="sm" maw={420}>
          <Text size="sm">{t.passwordLead}</Text>
          {props.hasPassword && (
            <PasswordInput
              label={t.currentPassword}
              description={t.currentPasswordTip}
              autoComplete="current-password"
              {...field('current')}
            />
          )}
          <PasswordInput
            label={t.newPassword}
            description={t.newPasswordHint}
            autoComplete="new-password"
            minLength={12}
            required
            {...field('password')}
          />
          <PasswordInput
            label={t.repeat}
            autoComplete="new-password"
            required
            error={isDifferent && t.different}
            {...field('repeat')}
          />
          {save.error && <ErrorPanel error={save.error} />}
          <Group>
            <Button type="submit" variant="default" loading={save.isPending} disabled={isDifferent}>
              {t.savePassword}
            </Button>
          </Group>
        </Stack>
      </form>
    </Panel>
  );
}
