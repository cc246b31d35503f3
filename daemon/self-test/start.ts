import { z } from 'zod';
import { type Clock, instant } from '#config/clock.ts';
import { checkedCloud } from '../cloud-target.ts';
import type { Foundation } from '../foundation.ts';
import type { PbxRegistry } from '../pbxs/pbx-registry.ts';
import { SelfTestKeeper } from './keeper.ts';

const DISK_LIMITS = { warnBytes: 500 * 1024 * 1024, errorBytes: 50 * 1024 * 1024 };

/** The self-test over what the gateway stands on and the PBXs it knows. */
export function selfTestOf(foundation: Foundation, registry: PbxRegistry, clock: Clock, onRun: () => void) {
  const { store, target, identity, folder, outbox } = foundation;
  const probeTable = store.table('self-test', z.string());
  return new SelfTestKeeper({
    clock,
    onRun,
    context: () => ({
      cloud: checkedCloud(target()),
      identity: identity.current(),
      stateFolder: folder,
      disk: DISK_LIMITS,
      clock,
      outbox: () => outbox.state(),
      writeToStore: () => probeTable.put('probe', instant(clock)),
      pbxs: registry.list().map(({ id, name }) => ({ id, name, probe: (signal) => registry.probe(id, signal) })),
    }),
  });
}
