/** The SIP trunks of this gateway put together: what is wanted, its health, its proofs, and setting it on a PBX. */
import type { Clock, Random } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import type { StopList } from '#config/stop.ts';
import { SipTaps } from '#sip-trunks/trace/tap.ts';
import type { CommandHandlers } from '../commands/handler.ts';
import type { Foundation } from '../foundation.ts';
import type { BusyBoard } from '../power/busy.ts';
import type { Site } from '../site.ts';
import { withProofs } from '../supervision/proofs.ts';
import { watchTrunks } from '../supervision/start.ts';
import { traceHandlers } from '../trace/trace-calls.ts';
import { TrunkAnswering } from '../verify/answering.ts';
import { verifyHandlers } from '../verify/handlers.ts';
import { TrunkAccesses } from '../verify/trunk-access.ts';
import { TrunkSetter } from './trunk-setter.ts';
import { WantedTrunks } from './wanted-trunks.ts';

interface TrunkParts {
  foundation: Foundation;
  registry: Site['registry'];
  busy: BusyBoard;
  /** Where PBXs are answered; 0 for nowhere. */
  sipPort: number;
  isOnline: () => boolean;
  /** What section `trunks` shows has changed. */
  onChange: () => void;
  stops: StopList;
  clock: Clock;
  random: Random;
  log: Log;
}

/** Opens what is kept of the trunks and starts watching them. @throws DemarcError `store.damaged` */
export async function startTrunks(parts: TrunkParts) {
  const { foundation, registry, busy, sipPort, isOnline, onChange, stops, clock, random, log } = parts;
  const { folder, store, secrets, config, target, identity, onEvent } = foundation;
  const tools = { clock, random, log };
  const trunks = await WantedTrunks.open(store);
  const accesses = new TrunkAccesses(store, secrets);
  const taps = new SipTaps();
  const answering = new TrunkAnswering({ trunks, accesses, port: sipPort, log });
  stops.add('answers to PBXs', () => answering.stop());
  const watch = watchTrunks({
    store,
    trunks,
    accesses,
    addressOf: (pbx) => registry.list().find(({ id }) => id === pbx)?.address,
    isOnline,
    onEvent,
    onChange,
    tap: taps,
    ...tools,
  });
  stops.add('supervision', () => watch.stop());
  const adapterFor = (pbx: string) => registry.adapterFor(pbx);
  const setter = new TrunkSetter({ store, trunks, accesses, adapterFor, busy, log });
  stops.add('trunk setting', () => setter.stop());
  const handlers = (): CommandHandlers => {
    const country = () => config.current.site.country;
    const certificate = () => identity.forLink();
    return {
      ...traceHandlers({ ...tools, stateFolder: folder, taps, trunks, busy, target, certificate }),
      ...withProofs(verifyHandlers({ ...tools, trunks, accesses, tap: taps, country }), watch),
      ...setter.handlers(),
    };
  };
  return { trunks, accesses, watch, handlers };
}
