import { createContext, type ReactNode, use, useMemo, useState } from 'react';

const KEY = 'demarc.account';

/** The customer account that the console looks at; undefined is all that the person reaches. */
interface ChosenAccount {
  account: string | undefined;
  choose: (account: string | undefined) => void;
}

const AccountContext = createContext<ChosenAccount>({ account: undefined, choose: () => undefined });

/** Remembers the choice for this browser tab, so that two tabs may look at two accounts. */
export function AccountProvider(props: { children: ReactNode }) {
  const [account, setAccount] = useState(() => sessionStorage.getItem(KEY) ?? undefined);
  const value = useMemo(
    () => ({
      account,
      choose: (next: string | undefined) => {
        if (next === undefined) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, next);
        setAccount(next);
      },
    }),
    [account],
  );
  return <AccountContext value={value}>{props.children}</AccountContext>;
}

export const useAccount = (): ChosenAccount => use(AccountContext);
