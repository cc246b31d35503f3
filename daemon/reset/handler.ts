import type { CommandHandlers } from '../commands/handler.ts';
import type { Reset } from './reset.ts';

/**
 * `gateway.factory-reset` (ONB-42 to ONB-44). It has succeeded when the wish is on disk, because from then on nothing but
 * a wipe is left; the cloud is told so before the identity goes. A virtual machine releases itself instead.
 */
export function resetHandlers(reset: Pick<Reset, 'want'>, virtual: boolean | null) {
  const want = async (command: string) => {
    const wiped = virtual !== true;
    await reset.want({ kind: wiped ? 'wipe' : 'release', by: 'command', command });
    return { wiped };
  };
  return {
    'gateway.factory-reset': {
      run: async (_args, { id, checkpoint }) => {
        await checkpoint({}, { noReturn: true });
        return await want(id);
      },
      resume: (_args, _step, { id }) => want(id),
    },
  } satisfies CommandHandlers;
}
