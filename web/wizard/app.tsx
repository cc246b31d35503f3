import { Center, Loader } from '@mantine/core';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useSession } from './data/session.ts';
import { Entry } from './entry/entry.tsx';
import { Shell } from './shell/shell.tsx';

/** Lets in who may come in: first with the set-up secret, later with the password of this gateway. */
export function App() {
  const session = useSession();
  if (session.data) return session.data.signedIn ? <Shell /> : <Entry session={session.data} />;
  return (
    <Center component="main" mih="100dvh" p="md">
      {session.error ? (
        <ErrorPanel error={session.error} onRetry={() => void session.refetch()} />
      ) : (
        <Loader aria-label={kitText.loading} role="status" />
      )}
    </Center>
  );
}
