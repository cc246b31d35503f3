import { Button, Divider, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { z } from 'zod';
import { SignInButton } from '#contract/api/access.ts';
import { withQuery } from '#web/kit/api/client.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';
import { FrontDoor } from './front-door.tsx';

const Buttons = z.object({ items: z.array(SignInButton) });

/** Sign-in, shown in place of the page that was asked for, so that one lands on it afterwards. */
export function SignIn() {
  const api = useApi();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => api.act('POST', '/auth/login', { email: email.trim(), password }),
    onSuccess: () => queries.resetQueries(),
  });
  return (
    <FrontDoor title={text.signIn.title} lead={text.signIn.lead}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={text.signIn.email}
            type="email"
            name="email"
            autoComplete="username"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={text.signIn.password}
            name="password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            maxLength={256}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          {signIn.error && <ErrorPanel error={signIn.error} />}
          <Button type="submit" loading={signIn.isPending}>
            {text.signIn.submit}
          </Button>
          <Providers />
          <Text size="xs" c="dimmed">
            {text.signIn.firstTime}
          </Text>
        </Stack>
      </form>
    </FrontDoor>
  );
}

/** Ways to sign in elsewhere; they lead back to the page that was asked for. */
function Providers() {
  const api = useApi();
  const providers = useQuery({
    queryKey: ['sign-in-providers'],
    queryFn: async ({ signal }) => (await api.get('/auth/providers', Buttons, {}, signal)).items,
  });
  if (!providers.data || providers.data.length === 0) return null;
  const to = `${window.location.pathname}${window.location.search}`;
  return (
    <>
      <Divider label={text.signIn.or} labelPosition="center" />
      {providers.data.map(({ id, name }) => (
        <Button
          key={id}
          component="a"
          variant="default"
          href={withQuery(`/api/v1/auth/providers/${encodeURIComponent(id)}/start`, { to })}
        >
          {text.signIn.by(name)}
        </Button>
      ))}
    </>
  );
}
