import { Center, Loader } from '@mantine/core';
import { useLocation } from 'wouter';
import { onDemand } from '#web/kit/on-demand.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { AccountProvider, useAccount } from './data/account.tsx';
import { MeProvider, useSession } from './data/me.tsx';
import { SignIn } from './pages/sign-in/sign-in.tsx';
import { Shell } from './shell/shell.tsx';

const Setup = onDemand(() => import('./pages/sign-in/setup.tsx')).page;
const PasswordLink = onDemand(() => import('./pages/sign-in/password-link.tsx')).page;
const SignInProblem = onDemand(() => import('./pages/sign-in/sign-in-problem.tsx')).page;
const SignInLink = onDemand(() => import('./pages/sign-in/sign-in-link.tsx')).page;

/** Decides between set-up, sign-in and the console itself. */
export const App = () => (
  <AccountProvider>
    <Gate />
  </AccountProvider>
);

function Gate() {
  const [path] = useLocation();
  if (path === '/setup') return <Setup />;
  if (path === '/password') return <PasswordLink />;
  if (path === '/sign-in/problem') return <SignInProblem />;
  return path === '/sign-in' ? <SignInLink /> : <SignedIn />;
}

function SignedIn() {
  const { account } = useAccount();
  const session = useSession(account);
  if (session.isPending) return <Waiting />;
  // One that is signed in goes on: a reading that fails must not take the page and its forms away.
  if (session.error && !session.data) {
    return (
      <Center mih="100dvh" p="md">
        <ErrorPanel error={session.error} onRetry={() => void session.refetch()} />
      </Center>
    );
  }
  if (!session.data) return <SignIn />;
  return (
    <MeProvider value={session.data}>
      <Shell />
    </MeProvider>
  );
}

const Waiting = () => (
  <Center mih="60dvh">
    <Loader aria-label={kitText.loading} role="status" />
  </Center>
);
