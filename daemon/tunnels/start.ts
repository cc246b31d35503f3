import type { Clock } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { Foundation } from '../foundation.ts';
import type { PbxRegistry } from '../pbxs/pbx-registry.ts';
import { Tunnels } from './tunnels.ts';

interface TunnelParts {
  foundation: Foundation;
  registry: Pick<PbxRegistry, 'list' | 'onChange'>;
  /** What section `tunnels` shows has changed. */
  onChange: () => void;
  clock: Clock;
  log: Log;
}

/** Opens the table of tunnels, which follows the PBXs from then on. @throws DemarcError `config.unreadable` */
export async function openTunnels({ foundation, registry, ...others }: TunnelParts): Promise<Tunnels> {
  const { folder, target, identity, onEvent } = foundation;
  const tunnels = await Tunnels.open({
    folder,
    target,
    onEvent,
    identity: () => identity.forLink(),
    pbxs: () => registry.list(),
    ...others,
  });
  registry.onChange(() => tunnels.refresh());
  return tunnels;
}
