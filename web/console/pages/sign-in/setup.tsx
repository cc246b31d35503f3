import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useApi } from '#web/kit/api/context.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';
import { FrontDoor } from './front-door.tsx';
import { tokenOf } from './token-of.ts';

const EMPTY = { partnerName: '', name: '', email: '', password: '' };

/** First start: redeems the one-time link and makes the partner account with its first person (ACC-3, ACC-30). */
export default function Setup() {
  const [token] = useState(() => tokenOf(window.location.hash));
  return (
    <FrontDoor title={text.setup.title} lead={text.setup.lead}>
      {token === undefined ? (
        <Alert color="yellow" variant="default" title={text.setup.noToken}>
          <Text size="sm">{text.setup.noTokenNext}</Text>
        </Alert>
      ) : (
        <SetupForm token={token} />
      )}
      <Anchor component={Link} href="/" size="sm">
        {text.setup.toSignIn}
      </Anchor>
    </FrontDoor>
  );
}

function SetupForm(props: { token: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [form, setForm] = useState(EMPTY);
  const setUp = useMutation({
    mutationFn: () => api.act('POST', '/auth/setup', { token: props.token, ...form, email: form.email.trim() }),
    onSuccess: async () => {
      await queries.resetQueries();
      navigate('/', { replace: true });
    },
  });
  const field = (name: keyof typeof EMPTY) => ({
    name,
    required: true,
    value: form[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget;
      setForm((old) => ({ ...old, [name]: value }));
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setUp.mutate();
      }}
    >
      <Stack>
        <TextInput
          label={text.setup.partnerName}
          autoComplete="organization"
          maxLength={128}
          {...field('partnerName')}
        />
        <TextInput label={text.setup.name} autoComplete="name" maxLength={128} {...field('name')} />
        <TextInput label={text.setup.email} type="email" autoComplete="username" {...field('email')} />
        <PasswordInput
          label={text.setup.password}
          description={text.setup.passwordHint}
          autoComplete="new-password"
          minLength={8}
          maxLength={256}
          {...field('password')}
        />
        {setUp.error && <ErrorPanel error={setUp.error} />}
        <Button type="submit" loading={setUp.isPending}>
          {text.setup.submit}
        </Button>
      </Stack>
    </form>
  );
}
