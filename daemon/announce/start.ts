/** The name on the local network, put together; its code is loaded where there is a network to speak on. */
import { isIP } from 'node:net';
import type { Clock, Random } from '#config/clock.ts';
import type { DaemonSettings } from '#config/daemon-settings.ts';
import type { Log } from '#config/log.ts';
import type { Announcer } from './announcer.ts';

interface AnnounceParts {
  settings: Pick<DaemonSettings, 'announce' | 'webHost'>;
  version: string;
  clock: Clock;
  random: Random;
  log: Log;
}

/** What is announced now, and how it begins and ends. */
export interface Announcement {
  /** Such as `demarc.local`; null while none is announced. */
  name(): string | null;
  /** `url` is where the pages listen. */
  start(url: string): Promise<void>;
  stop(): Promise<void>;
}

/** Nothing is announced where the pages are for this machine alone. */
export function announcement({ settings, version, clock, random, log }: AnnounceParts): Announcement {
  let announcer: Announcer | undefined;
  let current: string | null = null;
  const { announce: wanted, webHost } = settings;
  return {
    name: () => current,
    async start(url) {
      if (wanted === undefined || /^(127\.|::1$|localhost$)/.test(webHost)) return;
      const { Announcer: Loaded } = await import('./announcer.ts');
      announcer = new Loaded({
        name: wanted,
        port: Number(new URL(url).port),
        version,
        only: isIP(webHost) === 0 || /^(0\.0\.0\.0|::)$/.test(webHost) ? undefined : webHost,
        clock,
        random,
        log: log.child({ part: 'announce' }),
        onName: (name) => {
          current = name;
        },
      });
      announcer.start();
    },
    stop: async () => announcer?.stop(),
  };
}
