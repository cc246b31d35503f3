import { hostname } from 'node:os';
import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Foundation } from '../foundation.ts';
import type { Reset } from '../reset/reset.ts';
import { siteAddresses } from '../sections/builders.ts';
import { Enrolment } from './enrolment.ts';

interface EnrolmentParts {
  foundation: Foundation;
  version: string;
  reset: Pick<Reset, 'movesTo'>;
  onClaimed: () => void;
  clock: Clock;
  random: Random;
  log: Log;
}

/** The enrolment with what this gateway says of itself. @throws DemarcError `config.unreadable` */
export function openEnrolment({ foundation, version, reset, ...others }: EnrolmentParts): Promise<Enrolment> {
  const { config } = foundation;
  return Enrolment.open({
    ...foundation,
    ...others,
    describe: () => ({
      hostName: hostname(),
      addresses: siteAddresses(),
      version,
      ...(config.current.site.name === '' ? {} : { siteName: config.current.site.name }),
    }),
    movesTo: (account) => reset.movesTo(account),
  });
}
