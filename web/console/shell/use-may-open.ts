import { useAccount } from '../data/account.tsx';
import { useMe } from '../data/me.tsx';
import type { PAGES } from './pages.tsx';

type Page = Pick<(typeof PAGES)[number], 'needs' | 'whole'>;

/** Whether the person may open a page as things are: by their rights, and by what they look at. */
export function useMayOpen(): (page: Page) => boolean {
  const { permissions, role } = useMe();
  const { account } = useAccount();
  return ({ needs, whole }) =>
    (needs === undefined || permissions.includes(needs)) &&
    (whole !== true || (role === 'Partner' && account === undefined));
}
