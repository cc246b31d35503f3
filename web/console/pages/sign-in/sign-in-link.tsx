import { Anchor, Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useApi } from '#web/kit/api/context.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';
import { FrontDoor } from './front-door.tsx';
import { tokenOf } from './token-of.ts';

/** Redeems a one-time sign-in link. A person presses the button: opening the page alone uses nothing up. */
export default function SignInLink() {
  const api = useApi();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [token] = useState(() => tokenOf(window.location.hash));
  const signIn = useMutation({
    mutationFn: () => api.act('POST', '/auth/redeem', { token }),
    onSuccess: async () => {
      await queries.resetQueries();
      navigate('/', { replace: true });
    },
  });
  return (
    <FrontDoor title={text.signInLink.title} lead={text.signInLink.lead}>
      {signIn.error && <ErrorPanel error={signIn.error} />}
      <Button onClick={() => signIn.mutate()} loading={signIn.isPending} disabled={token === undefined}>
        {text.signInLink.submit}
      </Button>
      <Anchor component={Link} href="/" size="sm">
        {text.setup.toSignIn}
      </Anchor>
    </FrontDoor>
  );
}
