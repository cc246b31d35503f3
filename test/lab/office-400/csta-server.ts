/**
 * The CSTA service of the lab's Office 400 (ECMA-323 XML over TCP): both ways of starting a link, sessions with a
 * licence cap, device lists in segments. Its nasty switches make it fail as real systems and networks do.
 */
import { createServer, type Socket } from 'node:net';
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';
import { callEvents, type LabCall, monitorStart, snapshot } from './csta-calls.ts';
import { type CstaNasty, deviceList, type LabDevice } from './csta-devices.ts';
import { cut, type Dialect, frame, message, rootOf, textOf } from './csta-wire.ts';

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
  /** Calls that are under way; links hear of those that begin and end while they are connected. */
  calls: LabCall[];
  begin(call: LabCall): void;
  end(id: string): void;
  /** Cuts every connection, as a restart does. */
  cutAll(): void;
  stop(): Promise<void>;
}

interface Link {
  socket: Socket;
  session: NodeJS.Timeout | undefined;
  hasSession: boolean;
  /** Reference by number. */
  monitors: Map<string, string>;
  sending: Promise<void>;
}

export async function startCsta(options: {
  devices: LabDevice[];
  host?: string;
  port?: number;
  nasty?: CstaNasty;
}): Promise<LabCsta> {
  const sockets = new Set<Socket>();
  const links = new Set<Link>();
  const tell = (call: LabCall, stage: 'begins' | 'ends') => {
    for (const link of links) {
      const events = callEvents(call, stage, link.monitors, dialectOf(lab));
      send(
        link,
        lab,
        events.map((xml) => frame('9999', xml)),
      );
    }
  };
  const lab: LabCsta = {
    host: options.host ?? '127.0.0.1',
    port: 0,
    nasty: options.nasty ?? {},
    devices: options.devices,
    received: [],
    answered: 0,
    sessions: 0,
    calls: [],
    begin(call) {
      lab.calls.push(call);
      tell(call, 'begins');
    },
    end(id) {
      for (const call of lab.calls.filter((one) => one.id === id)) tell(call, 'ends');
      lab.calls = lab.calls.filter((one) => one.id !== id);
    },
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      lab.cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    if (lab.nasty.dropAtOnce) socket.destroy();
    else serve(socket, lab, links);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, lab.host, resolve);
  });
  const address = server.address();
  lab.port = typeof address === 'object' && address !== null ? address.port : 0;
  return lab;
}

function serve(socket: Socket, lab: LabCsta, links: Set<Link>): void {
  const link: Link = { socket, session: undefined, hasSession: false, monitors: new Map(), sending: Promise.resolve() };
  links.add(link);
  let pending: Buffer = Buffer.alloc(0);
  for (const [at, status] of (lab.nasty.greet ?? []).entries()) {
    send(link, lab, [frame(`000${at}`, systemStatus(status, lab))]);
  }
  socket.on('close', () => {
    links.delete(link);
    endSession(link, lab);
  });
  socket.on('data', (chunk: Buffer) => {
    try {
      const { messages, rest } = cut(Buffer.concat([pending, chunk]));
      pending = rest;
      for (const { id, xml } of messages) take(link, id, xml, lab, links);
    } catch {
      // Not CSTA: the service closes then.
      socket.destroy();
    }
  });
}

function take(link: Link, id: string, xml: string, lab: LabCsta, links: ReadonlySet<Link>): void {
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
      if (nasty.noCategories && xml.includes('requestedDeviceCategory')) {
        return answer('CSTAErrorCode', '<operation>invalidParameterValue</operation>');
      }
      return sendDevices(link, id, xml, lab);
    case 'MonitorStart': {
      const used = [...links].reduce((sum, one) => sum + one.monitors.size, 0);
      const reply = monitorStart(xml, link.monitors, { used, most: nasty.maxMonitors ?? Infinity });
      return answer(reply.name, reply.content);
    }
    case 'SnapshotDevice':
      return answer('SnapshotDeviceResponse', snapshot(xml, lab.calls));
    default:
      return answer('CSTAErrorCode', '<operation>serviceNotSupported</operation>');
  }
}

const dialectOf = (lab: LabCsta): Dialect => lab.nasty.dialect ?? 'plain';
const systemStatus = (status: string, lab: LabCsta): string =>
  message('SystemStatus', `<systemStatus>${status}</systemStatus>`, dialectOf(lab));

function startSession(link: Link, xml: string, lab: LabCsta, answer: (reply: string, content?: string) => void): void {
  const { login, maxSessions = Infinity, sessionSeconds = 300, sessionRefusal } = lab.nasty;
  const refuse = (error: string) => answer('StartApplicationSessionNegResponse', `<errorCode>${error}</errorCode>`);
  const isRight = !login || (textOf(xml, 'user') === login.user && textOf(xml, 'password') === login.password);
  if (sessionRefusal !== undefined) return refuse(sessionRefusal);
  if (!isRight) return refuse('<definedError>invalidApplicationInfo</definedError>');
  if (lab.sessions >= maxSessions) return refuse('<definedError>maxNumberSessions</definedError>');
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
  const category = textOf(xml, 'requestedDeviceCategory');
  const devices = lab.devices.filter((device) => category === undefined || device.category === category);
  send(link, lab, deviceList(id, devices, lab.nasty));
  if (lab.nasty.dropAfter !== undefined) {
    link.sending = link.sending.then(() => void link.socket.end(() => link.socket.destroy()));
  }
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
