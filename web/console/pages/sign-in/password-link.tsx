import { Alert, Anchor, Button, Loader, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { PasswordLink } from '#contract/api/access.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { text } from '../../texts/index.ts';
import { FrontDoor } from './front-door.tsx';
import { tokenOf } from './token-of.ts';

const t = text.passwordLink;

/** Redeems the link of an invitation, or one for a new password (ACC-30). */
export default function PasswordLinkPage() {
  const api = useApi();
  const [token] = useState(() => tokenOf(window.location.hash));
  const link = useQuery({
    queryKey: ['password-link', token],
    queryFn: () => api.send('POST', '/auth/password-links/look', PasswordLink, { token }),
    enabled: token !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const title = link.data?.first === false ? t.titleAgain : t.titleFirst;
  return (
    <FrontDoor title={title} lead={link.data ? t.lead(link.data.email) : token === undefined ? '' : t.leadWaiting}>
      {token === undefined && (
        <Alert variant="default" title={t.incomplete}>
          <Text size="sm">{t.incompleteNext}</Text>
        </Alert>
      )}
      {link.error && <ErrorPanel error={link.error} />}
      {link.isLoading && <Loader aria-label={kitText.loading} role="status" />}
      {token !== undefined && link.data && <PasswordForm token={token} email={link.data.email} />}
      <Anchor component={Link} href="/" size="sm">
        {text.setup.toSignIn}
      </Anchor>
    </FrontDoor>
  );
}

function PasswordForm(props: { token: string; email: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const save = useMutation({
    mutationFn: () => api.act('POST', '/auth/password-links/redeem', { token: props.token, password }),
    onSuccess: async () => {
      navigate('/', { replace: true });
      await queries.resetQueries({ queryKey: ['me'] });
    },
  });
  const isDifferent = again !== '' && again !== password;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <input type="hidden" name="email" autoComplete="username" value={props.email} readOnly />
        <PasswordInput
          label={text.setup.password}
          description={text.setup.passwordHint}
          name="password"
          autoComplete="new-password"
          required
          minLength={8}
          maxLength={256}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <PasswordInput
          label={t.again}
          name="again"
          autoComplete="new-password"
          required
          maxLength={256}
          error={isDifferent && t.different}
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
        />
        {save.error && <ErrorPanel error={save.error} />}
        <Button type="submit" loading={save.isPending} disabled={isDifferent || again === ''}>
          {t.submit}
        </Button>
      </Stack>
    </form>
  );
}
