/**
 * The CSTA service of the lab's Office 400 (ECMA-323 XML over TCP): both ways of starting a link, sessions with a
 * licence cap, device lists in segments. Its nasty switches make it fail as real systems and networks do.
 */
import { createServer, type Socket } from 'node:net';
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';
import { cut, type Dialect, frame, message, rootOf, textOf } from './csta-wire.ts';

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
  /** Segments of another list, events and requests of its own in between. */
  chatter?: boolean;
  /** How device ids are written. */
  deviceIds?: 'digits' | 'appearance' | 'bare' | 'noa' | 'sip';
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
  /** Sessions that the licence allows at a time. */
  maxSessions?: number;
  /** What it grants, in seconds; it ends sessions that are not renewed. */
  sessionSeconds?: number;
  /** Refuses to renew. */
  noRenewal?: boolean;
}

export interface LabCsta {
  host: string;
  port: number;
  nasty: CstaNasty;
  devices: LabDevice[];
  /** Names of the messages that came, over all connections. */
  received: string[];
  /** Answers to its own requests. */
  answered: number;
  sessions: number;
  stop(): Promise<void>;
}

interface Link {
  socket: Socket;
  session: NodeJS.Timeout | undefined;
  hasSession: boolean;
  sending: Promise<void>;
}

export async function startCsta(options: { devices: LabDevice[]; port?: number; nasty?: CstaNasty }): Promise<LabCsta> {
  const sockets = new Set<Socket>();
  const lab: LabCsta = {
    host: '127.0.0.1',
    port: 0,
    nasty: options.nasty ?? {},
    devices: options.devices,
    received: [],
    answered: 0,
    sessions: 0,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    if (lab.nasty.dropAtOnce) return void socket.destroy();
    serve(socket, lab);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  lab.port = typeof address === 'object' && address !== null ? address.port : 0;
  return lab;
}

function serve(socket: Socket, lab: LabCsta): void {
  const link: Link = { socket, session: undefined, hasSession: false, sending: Promise.resolve() };
  let pending = Buffer.alloc(0);
  for (const [at, status] of (lab.nasty.greet ?? []).entries()) {
    send(link, lab, [frame(`000${at}`, systemStatus(status, lab))]);
  }
  socket.on('close', () => endSession(link, lab));
  socket.on('data', (chunk: Buffer) => {
    try {
      const { messages, rest } = cut(Buffer.concat([pending, chunk]));
      pending = rest;
      for (const { id, xml } of messages) take(link, id, xml, lab);
    } catch {
      // Not CSTA: the service closes then.
      socket.destroy();
    }
  });
}

function take(link: Link, id: string, xml: string, lab: LabCsta): void {
  const name = rootOf(xml);
  const { nasty } = lab;
  lab.received.push(name);
  if (name.endsWith('Response') || name === 'CSTAErrorCode') {
    lab.answered += 1;
    return;
  }
  if (nasty.hangAt === name) return;
  const answer = (reply: string, content = '') => {
    send(link, lab, [frame(id, message(reply, content, dialectOf(lab)), nasty.lie?.[name])]);
  };
  const refusal = nasty.refuse?.[name];
  if (refusal !== undefined) return answer('CSTAErrorCode', refusal);
  const sessionless = nasty.sessionWanted && !link.hasSession && !name.includes('ApplicationSession');
  if (sessionless) return answer('CSTAErrorCode', '<security>generic</security>');
  switch (name) {
    case 'StartApplicationSession':
      return startSession(link, xml, lab, answer);
    case 'ResetApplicationSessionTimer':
      if (nasty.noRenewal) {
        return answer(
          `${name}NegResponse`,
          '<errorCode><definedError>serverCannotResetSessionTimer</definedError></errorCode>',
        );
      }
      watchSession(link, lab);
      return answer(
        `${name}PosResponse`,
        `<actualSessionDuration>${nasty.sessionSeconds ?? 300}</actualSessionDuration>`,
      );
    case 'StopApplicationSession':
      answer(`${name}PosResponse`);
      return endSession(link, lab);
    case 'SystemRegister':
      return answer('SystemRegisterResponse', '<sysStatRegisterID>1</sysStatRegisterID>');
    case 'RequestSystemStatus':
      return answer('RequestSystemStatusResponse', `<systemStatus>${nasty.greet?.at(-1) ?? 'normal'}</systemStatus>`);
    case 'GetSwitchingFunctionCaps':
      return answer(
        'GetSwitchingFunctionCapsResponse',
        '<switchingSubDomainName>lab</switchingSubDomainName><manufacturerName>Lab &amp; Söhne</manufacturerName>',
      );
    case 'GetSwitchingFunctionDevices':
      return sendDevices(link, id, xml, lab);
    default:
      return answer('CSTAErrorCode', '<operation>serviceNotSupported</operation>');
  }
}

const dialectOf = (lab: LabCsta): Dialect => lab.nasty.dialect ?? 'plain';
const systemStatus = (status: string, lab: LabCsta): string =>
  message('SystemStatus', `<systemStatus>${status}</systemStatus>`, dialectOf(lab));

function startSession(link: Link, xml: string, lab: LabCsta, answer: (reply: string, content?: string) => void): void {
  const { login, maxSessions = Infinity, sessionSeconds = 300 } = lab.nasty;
  const refuse = (error: string) =>
    answer('StartApplicationSessionNegResponse', `<errorCode><definedError>${error}</definedError></errorCode>`);
  const isRight = !login || (textOf(xml, 'user') === login.user && textOf(xml, 'password') === login.password);
  if (!isRight) return refuse('invalidApplicationInfo');
  if (lab.sessions >= maxSessions) return refuse('maxNumberSessions');
  lab.sessions += 1;
  link.hasSession = true;
  watchSession(link, lab);
  const version = textOf(xml, 'protocolVersion') ?? '';
  answer(
    'StartApplicationSessionPosResponse',
    `<sessionID>42</sessionID><actualProtocolVersion>${version}</actualProtocolVersion>` +
      `<actualSessionDuration>${sessionSeconds}</actualSessionDuration>`,
  );
}

/** Ends the session when it is not renewed in time. */
function watchSession(link: Link, lab: LabCsta): void {
  clearTimeout(link.session);
  link.session = setTimeout(
    () => {
      const reason =
        '<sessionID>42</sessionID><sessionTermReason><definedTermReason>sessionTimerExpired</definedTermReason></sessionTermReason>';
      send(link, lab, [frame('9999', message('ApplicationSessionTerminated', reason, dialectOf(lab)))]);
      endSession(link, lab);
    },
    (lab.nasty.sessionSeconds ?? 300) * 1000,
  );
}

function endSession(link: Link, lab: LabCsta): void {
  clearTimeout(link.session);
  if (link.hasSession) lab.sessions -= 1;
  link.hasSession = false;
}

function sendDevices(link: Link, id: string, xml: string, lab: LabCsta): void {
  const { nasty } = lab;
  const dialect = dialectOf(lab);
  const category = textOf(xml, 'requestedDeviceCategory');
  const devices = lab.devices.filter((device) => category === undefined || device.category === category);
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
  send(link, lab, nasty.chatter ? parts.flatMap((part, at) => [...chatter(at, lab), part]) : parts);
  if (nasty.dropAfter !== undefined) {
    link.sending = link.sending.then(() => void link.socket.end(() => link.socket.destroy()));
  }
}

/** What a busy system sends in between. */
function chatter(at: number, lab: LabCsta): Buffer[] {
  const other =
    '<serviceCrossRefID>other</serviceCrossRefID><lastSegment>true</lastSegment><deviceList><device>' +
    '<deviceID>9998</deviceID></device></deviceList>';
  const event = '<monitorCrossRefID>7</monitorCrossRefID><localConnectionInfo>null</localConnectionInfo>';
  return [
    frame('9999', message('DeliveredEvent', event, 'prefixed')),
    frame(String(at % 9000).padStart(4, '0'), systemStatus('normal', lab)),
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

/** Sends in order, split or joined as the switches say. */
function send(link: Link, lab: LabCsta, parts: readonly Buffer[]): void {
  const { split, coalesce, slowMs } = lab.nasty;
  link.sending = link.sending.then(async () => {
    if (slowMs !== undefined) await sleep(slowMs);
    const writes = split !== undefined || coalesce ? [Buffer.concat(parts)] : parts;
    for (const bytes of writes) {
      for (let at = 0; at < bytes.length; at += split ?? bytes.length) {
        if (link.socket.destroyed) return;
        link.socket.write(bytes.subarray(at, at + (split ?? bytes.length)));
        if (split !== undefined) await nextRound();
      }
    }
  });
}
