import { Button, Text } from '@mantine/core';
import { PageHeader } from '#web/kit/panels.tsx';
import { useAccount } from '../data/account.tsx';
import { useMe } from '../data/me.tsx';
import { text } from '../texts/index.ts';

export const NotFound = () => (
  <>
    <PageHeader title={text.app.notFound} />
    <Text>{text.app.notFoundNext}</Text>
  </>
);

/** What stands where a page of the partner itself would: it needs all accounts in view, or another role. */
export function NotForOneAccount() {
  const { role } = useMe();
  const { account, choose } = useAccount();
  if (role !== 'Partner' || account === undefined) return <NotAllowed />;
  return (
    <>
      <PageHeader title={text.app.allAccounts} note={text.app.wholeOnly} />
      <Button onClick={() => choose(undefined)}>{text.app.showAll}</Button>
    </>
  );
}

export const NotAllowed = () => (
  <>
    <PageHeader title={text.app.broken} />
    <Text>{text.app.noRight}</Text>
  </>
);
