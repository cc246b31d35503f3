import { existsSync } from 'node:fs';

const LIBRARY = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
];

/**
 * The environment in which a program's clock is off by so much (`+61d`, `-2y`): Debian's faketime. Timers go on with the
 * true, monotonic clock.
 */
export function fakeClock(offset: string): NodeJS.ProcessEnv {
  const library = LIBRARY.find((path) => existsSync(path));
  if (library === undefined) throw new Error('faketime is not installed');
  return { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
}
