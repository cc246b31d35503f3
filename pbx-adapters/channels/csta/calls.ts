import type { CstaElement, CstaMessage } from './xml.ts';

/** Events that show a call which has begun, with the element that names its connection (ECMA-323). */
const BEGINNINGS: ReadonlyMap<string, string> = new Map([
  ['OriginatedEvent', 'originatedConnection'],
  ['DeliveredEvent', 'connection'],
  ['EstablishedEvent', 'establishedConnection'],
]);
const END = 'ConnectionClearedEvent';
const MAX_ID = 128;

/** What an event says of a call; without an id the PBX said nothing that can be used. */
export interface CallEvent {
  kind: 'begins' | 'ends';
  id: string | undefined;
}

/** Reads an event; undefined for those that neither begin nor end a call. */
export function callEvent({ name, root }: CstaMessage): CallEvent | undefined {
  const connection = name === END ? 'droppedConnection' : BEGINNINGS.get(name);
  if (connection === undefined) return undefined;
  return { kind: name === END ? 'ends' : 'begins', id: root.textAt(connection, 'callID')?.slice(0, MAX_ID) };
}

/** The ids of the calls in an answer to SnapshotDevice. */
export function callsInSnapshot(root: CstaElement): string[] {
  const found = root.at('crossRefIDorSnapshotData', 'snapshotData')?.all('snapshotDeviceResponseInfo') ?? [];
  return found.flatMap((call) => call.textAt('connectionIdentifier', 'callID')?.slice(0, MAX_ID) ?? []);
}
