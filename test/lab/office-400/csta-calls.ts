/** Calls of the lab's Office 400: monitors with a licence cap, events on both sides of a call, snapshots. */
import { type Dialect, message, textOf } from './csta-wire.ts';

/** One call: its id and the numbers of both sides. */
export interface LabCall {
  id: string;
  numbers: readonly [string, string];
}

/** Answers MonitorStart; `monitors` are those of one link, `used` those of all. */
export function monitorStart(
  xml: string,
  monitors: Map<string, string>,
  { used, most }: { used: number; most: number },
): { name: string; content: string } {
  if (used >= most) {
    const content = '<systemResourceAvailibility>overallMonitorLimitExceeded</systemResourceAvailibility>';
    return { name: 'CSTAErrorCode', content };
  }
  const reference = String(100 + monitors.size);
  monitors.set(numberOf(textOf(xml, 'deviceObject') ?? ''), reference);
  return { name: 'MonitorStartResponse', content: `<monitorCrossRefID>${reference}</monitorCrossRefID>` };
}

/** Answers SnapshotDevice with the calls that the device has. */
export function snapshot(xml: string, calls: readonly LabCall[]): string {
  const number = numberOf(textOf(xml, 'snapshotObject') ?? '');
  const infos = calls.flatMap(({ id, numbers }) =>
    numbers.includes(number)
      ? [
          `<snapshotDeviceResponseInfo><connectionIdentifier>${connection(id, number)}</connectionIdentifier>` +
            '<localCallState><compoundCallState><localConnectionState>connected</localConnectionState></compoundCallState>' +
            '</localCallState></snapshotDeviceResponseInfo>',
        ]
      : [],
  );
  return `<crossRefIDorSnapshotData><snapshotData>${infos.join('')}</snapshotData></crossRefIDorSnapshotData>`;
}

/** What a link hears of a call that begins or ends, by its monitors. */
export function callEvents(
  { id, numbers }: LabCall,
  stage: 'begins' | 'ends',
  monitors: ReadonlyMap<string, string>,
  dialect: Dialect,
): string[] {
  const [from, to] = numbers;
  const event = (name: string, number: string, element: string) => {
    const reference = monitors.get(number);
    if (reference === undefined) return [];
    const body = `<${element}>${connection(id, number)}</${element}><cause>normal</cause>`;
    return [message(name, `<monitorCrossRefID>${reference}</monitorCrossRefID>${body}`, dialect)];
  };
  if (stage === 'ends') {
    return numbers.flatMap((number) => event('ConnectionClearedEvent', number, 'droppedConnection'));
  }
  return [
    ...event('ServiceInitiatedEvent', from, 'initiatedConnection'),
    ...event('OriginatedEvent', from, 'originatedConnection'),
    ...event('DeliveredEvent', from, 'connection'),
    ...event('DeliveredEvent', to, 'connection'),
    ...event('EstablishedEvent', from, 'establishedConnection'),
    ...event('EstablishedEvent', to, 'establishedConnection'),
  ];
}

const connection = (id: string, number: string): string =>
  (id === '' ? '' : `<callID>${id}</callID>`) + `<deviceID>${number}</deviceID>`;

const numberOf = (deviceId: string): string => /\d+/.exec(deviceId)?.[0] ?? deviceId;
