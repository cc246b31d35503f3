/** What the lab's CSTA service sends as its list of devices, and the switches that make it odd. */
import { type Dialect, frame, message } from './csta-wire.ts';

export interface LabDevice {
  number: string;
  category: string;
  model?: string;
}

/** How the service behaves; may be changed while it runs. */
export interface CstaNasty {
  /** Tells its status by itself at the start, and with these words one after the other. */
  greet?: readonly string[];
  /** Bytes that go out at a time; everything in one write when `coalesce` is set. */
  split?: number;
  coalesce?: boolean;
  dialect?: Dialect;
  /** Devices a segment (100). */
  segmentSize?: number;
  /** Segments without numbers, without the reference, or before the answer that names the reference. */
  noSegmentIds?: boolean;
  noReference?: boolean;
  segmentsFirst?: boolean;
  /** Leaves out this segment, or sends it twice; counted from 1. */
  loseSegment?: number;
  repeatSegment?: number;
  /** Segments of another list, events, requests of its own and answers to nothing in between. */
  chatter?: boolean;
  /** How device ids are written. */
  deviceIds?: 'digits' | 'appearance' | 'bare' | 'noa' | 'sip';
  /** Refuses to choose devices by category. */
  noCategories?: boolean;
  /** Devices with nothing but an id. */
  idsOnly?: boolean;
  /** Waits before every answer, in milliseconds. */
  slowMs?: number;
  /** Does not answer requests of this name. */
  hangAt?: string;
  /** Falls silent, cuts the connection, or is restarted after so many segments. */
  hangAfter?: number;
  dropAfter?: number;
  /** Cuts the connection right after accepting it. */
  dropAtOnce?: boolean;
  /** Answers requests of this name with this CSTAErrorCode content. */
  refuse?: Readonly<Record<string, string>>;
  /** Writes this length into the header of answers to requests of this name. */
  lie?: Readonly<Record<string, number>>;
  /** Sends this instead of the first segment. */
  instead?: string | Buffer;
  /** Wants a session before anything else; with this log-in if given. */
  sessionWanted?: boolean;
  login?: { user: string; password: string };
  /** Refuses every session with this content of errorCode. */
  sessionRefusal?: string;
  /** Sessions that the licence allows at a time. */
  maxSessions?: number;
  /** Monitors that the licence allows at a time, over all links. */
  maxMonitors?: number;
  /** What it grants, in seconds; it ends sessions that are not renewed. */
  sessionSeconds?: number;
  /** Refuses to renew. */
  noRenewal?: boolean;
}

/** The answer and the segments, in the order in which they go out. */
export function deviceList(id: string, devices: readonly LabDevice[], nasty: CstaNasty): Buffer[] {
  const dialect = nasty.dialect ?? 'plain';
  const size = nasty.segmentSize ?? 100;
  const count = Math.max(1, Math.ceil(devices.length / size));
  const segments = Array.from({ length: count }, (_, at): Buffer => {
    if (at === 0 && nasty.instead !== undefined) return frame('9999', nasty.instead);
    const list = devices.slice(at * size, (at + 1) * size).map((device) => deviceXml(device, nasty));
    const content =
      (nasty.noReference ? '' : '<serviceCrossRefID>A1</serviceCrossRefID>') +
      (nasty.noSegmentIds ? '' : `<segmentID>${at + 1}</segmentID>`) +
      `<lastSegment>${at + 1 === count}</lastSegment><deviceList>${list.join('')}</deviceList>`;
    return frame('9999', message('SwitchingFunctionDevices', content, dialect));
  }).flatMap((bytes, at) => {
    if (nasty.loseSegment === at + 1) return [];
    return nasty.repeatSegment === at + 1 ? [bytes, bytes] : [bytes];
  });
  const reference = '<serviceCrossRefID>A1</serviceCrossRefID>';
  const reply = frame(
    id,
    message('GetSwitchingFunctionDevicesResponse', reference, dialect),
    nasty.lie?.['GetSwitchingFunctionDevices'],
  );
  const end = Math.min(nasty.hangAfter ?? Infinity, nasty.dropAfter ?? Infinity);
  const given = segments.slice(0, end);
  const parts = nasty.segmentsFirst ? [...given.slice(0, 1), reply, ...given.slice(1)] : [reply, ...given];
  return nasty.chatter ? parts.flatMap((part, at) => [...chatter(at, dialect), part]) : parts;
}

/** What a busy system sends in between. */
function chatter(at: number, dialect: Dialect): Buffer[] {
  const other =
    '<serviceCrossRefID>other</serviceCrossRefID><lastSegment>true</lastSegment><deviceList><device>' +
    '<deviceID>9998</deviceID></device></deviceList>';
  const event = '<monitorCrossRefID>7</monitorCrossRefID><localConnectionInfo>null</localConnectionInfo>';
  return [
    frame('9999', message('DeliveredEvent', event, 'prefixed')),
    frame('0042', message('DeliveredEvent', event, 'plain')),
    frame('0777', message('MonitorStopResponse', '', 'plain')),
    frame(String(at % 9000).padStart(4, '0'), message('SystemStatus', '<systemStatus>normal</systemStatus>', dialect)),
    frame('9999', message('SwitchingFunctionDevices', other, 'plain')),
    frame('0003', message('SomethingNobodyKnows', '<a>1</a>', 'plain')),
  ];
}

function deviceXml({ number, category, model }: LabDevice, nasty: CstaNasty): string {
  const forms = {
    digits: number,
    appearance: `N&lt;${number}!98&gt;`,
    bare: `N<${number}!98>`,
    noa: `N${number};noa=nk`,
    sip: `sip:${number}@pbx.example;tel=${number}`,
  };
  const id = forms[nasty.deviceIds ?? 'digits'];
  if (nasty.idsOnly) return `<device><deviceID>${id}</deviceID></device>`;
  const more = model === undefined ? '' : `<deviceModelName>${model}</deviceModelName>`;
  return (
    `<device><deviceID typeOfNumber="dialingNumber">${id}</deviceID><deviceCategory>${category}</deviceCategory>` +
    `<deviceAttributes><mediaAccessDevice>true</mediaAccessDevice></deviceAttributes>${more}</device>`
  );
}
