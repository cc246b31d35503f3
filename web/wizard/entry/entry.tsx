import { Anchor, Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import type { SessionAnswer } from '#contract/wizard/session.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { LanguageSwitch } from '#web/kit/language-switch.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { ThemeSwitch } from '#web/kit/theme-switch.tsx';
import { useSession, useSessionActs } from '../data/session.ts';
import { text } from '../texts/index.ts';

const t = text.entry;

/** The way in: the set-up secret until the set-up is complete, the password of this gateway afterwards. */
export function Entry(props: { session: SessionAnswer }) {
  const { ways, complete } = props.session;
  const [chosen, setChosen] = useState<'secret' | 'password'>();
  const way = chosen ?? (ways.password && (complete || !ways.secret) ? 'password' : 'secret');
  const title = complete ? t.signInTitle : t.setUpTitle;
  useEffect(() => {
    document.title = `${title} – ${text.app.name}`;
  }, [title]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="xl" radius="md" w="100%" maw={440}>
        <Stack>
          <Group justify="space-between" gap="xs">
            <Group gap="xs" wrap="nowrap">
              <img src="/icon.svg" alt="" width={28} height={28} />
              <Text fw={700}>{text.app.name}</Text>
            </Group>
            <Group gap="xs" wrap="nowrap">
              <LanguageSwitch />
              <ThemeSwitch />
            </Group>
          </Group>
          <div>
            <Title order={1} size="h3">
              {title}
            </Title>
            <Text size="sm" c="dimmed">
              {complete ? t.signInLead : t.setUpLead}
            </Text>
          </div>
          <Door key={way} way={way} session={props.session} />
          {ways.secret && ways.password && (
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => setChosen(way === 'secret' ? 'password' : 'secret')}
            >
              {way === 'secret' ? t.withPassword : t.withSecret}
            </Anchor>
          )}
          {complete && (
            <Text size="sm" c="dimmed">
              {t.lost}
            </Text>
          )}
        </Stack>
      </Paper>
    </Center>
  );
}

function Door(props: { way: 'secret' | 'password'; session: SessionAnswer }) {
  const { way, session } = props;
  const { signIn } = useSessionActs();
  const query = useSession();
  const [typed, setTyped] = useState('');
  const wait = useCountdown(session.waitSeconds, query.dataUpdatedAt);
  const enter = useMutation({
    mutationFn: () => signIn(way === 'secret' ? { secret: typed.trim() } : { password: typed }),
    // How long this browser has to wait now stands in the session.
    onError: () => void query.refetch(),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  const field = {
    value: typed,
    required: true,
    error: enter.error instanceof ApiError && enter.error.status === 401,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setTyped(event.currentTarget.value),
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {way === 'secret' ? (
          <TextInput
            label={t.secret}
            description={t.secretHint}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={64}
            {...field}
          />
        ) : (
          <PasswordInput label={t.password} autoComplete="current-password" maxLength={256} {...field} />
        )}
        {enter.error && <ErrorPanel error={enter.error} />}
        {wait > 0 && (
          <Text size="sm" role="status">
            {t.wait(wait)}
          </Text>
        )}
        <Button type="submit" loading={enter.isPending} disabled={wait > 0}>
          {way === 'secret' ? t.open : t.signIn}
        </Button>
      </Stack>
    </form>
  );
}

/** Seconds that are left of a wait that was told at an instant (milliseconds since the epoch). */
function useCountdown(seconds: number, since: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (seconds === 0) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [seconds]);
  return Math.max(0, Math.ceil((since + seconds * 1000 - Math.max(now, since)) / 1000));
}
