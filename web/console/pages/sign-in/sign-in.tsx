import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '#web/kit/api/context.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';
import { FrontDoor } from './front-door.tsx';

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
          <Text size="xs" c="dimmed">
            {text.signIn.firstTime}
          </Text>
        </Stack>
      </form>
    </FrontDoor>
  );
}
