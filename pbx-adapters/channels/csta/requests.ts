/** The requests that are made and the answers that are given (ECMA-323, ECMA-354), without their namespace. */
import { escapeXml } from './xml.ts';

/** One message to send. `content` is XML. */
export interface CstaRequest {
  name: string;
  /** Of ECMA-354 instead of ECMA-323. */
  ofSession?: boolean;
  content?: string;
}

const SESSION_NAMESPACE = 'http://www.ecma-international.org/standards/ecma-354/appl_session';
const namespaceOf = (edition: number) => `http://www.ecma-international.org/standards/ecma-323/csta/ed${edition}`;

/** The text of a message in an edition of ECMA-323. */
export function toXml({ name, ofSession, content = '' }: CstaRequest, edition: number): string {
  const namespace = ofSession ? SESSION_NAMESPACE : namespaceOf(edition);
  return `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="${namespace}">${content}</${name}>`;
}

/** An element with text. */
const element = (name: string, text: string): string => `<${name}>${escapeXml(text)}</${name}>`;

/** Seconds for which a session is asked; it is renewed at half of what is granted. */
const SESSION_SECONDS = 300;

/** Editions of ECMA-323 that are offered, the preferred first: what is read is the same in all of them. */
const OFFERED_EDITIONS = [5, 6, 4, 3];

/** Asks for an application session; the log-in as plain elements when there is one. */
export function startSession(login: { user: string; password: string } | undefined): CstaRequest {
  const own = login ? element('user', login.user) + element('password', login.password) : '';
  const info =
    element('applicationID', 'demarc-gateway') + (own && `<applicationSpecificInfo>${own}</applicationSpecificInfo>`);
  const versions = OFFERED_EDITIONS.map((edition) => element('protocolVersion', namespaceOf(edition))).join('');
  const content =
    `<applicationInfo>${info}</applicationInfo>` +
    `<requestedProtocolVersions>${versions}</requestedProtocolVersions>` +
    element('requestedSessionDuration', String(SESSION_SECONDS));
  return { name: 'StartApplicationSession', ofSession: true, content };
}

/** Renews a session. */
export const renewSession = (sessionId: string): CstaRequest => ({
  name: 'ResetApplicationSessionTimer',
  ofSession: true,
  content: element('sessionID', sessionId) + element('requestedSessionDuration', String(SESSION_SECONDS)),
});

/** Ends a session in order. */
export const stopSession = (sessionId: string): CstaRequest => ({
  name: 'StopApplicationSession',
  ofSession: true,
  content: `${element('sessionID', sessionId)}<sessionEndReason><definedEndReason>normal</definedEndReason></sessionEndReason>`,
});

/** Asks to be told of the system's status, as systems that greet with it expect. */
export const systemRegister: CstaRequest = {
  name: 'SystemRegister',
  content:
    '<requestTypes><systemStatus>true</systemStatus><requestSystemStatus>true</requestSystemStatus>' +
    '<switchingFunctionCapsChanged>false</switchingFunctionCapsChanged>' +
    '<switchingFunctionDevicesChanged>false</switchingFunctionDevicesChanged></requestTypes>',
};

/** Asks how the system is. */
export const requestSystemStatus: CstaRequest = { name: 'RequestSystemStatus' };

/** Asks what the system is and can do. */
export const getCapabilities: CstaRequest = { name: 'GetSwitchingFunctionCaps' };

/** Asks for the list of devices, or for those of one category. */
export const getDevices = (category?: string): CstaRequest => ({
  name: 'GetSwitchingFunctionDevices',
  ...(category === undefined ? {} : { content: element('requestedDeviceCategory', category) }),
});

/** Asks to be told of the calls of a device; the PBX forgets it with the connection. */
export const startMonitor = (deviceId: string): CstaRequest => ({
  name: 'MonitorStart',
  content: `<monitorObject>${element('deviceObject', deviceId)}</monitorObject>` + element('monitorType', 'device'),
});

/** Asks for the calls that a device has now. */
export const snapshotDevice = (deviceId: string): CstaRequest => ({
  name: 'SnapshotDevice',
  content: element('snapshotObject', deviceId),
});

/** What is answered to requests of the PBX; anything else is politely declined. */
export function answerTo(request: string): CstaRequest {
  if (request === 'SystemStatus') return { name: 'SystemStatusResponse' };
  if (request === 'RequestSystemStatus') {
    return { name: 'RequestSystemStatusResponse', content: '<systemStatus>normal</systemStatus>' };
  }
  return { name: 'CSTAErrorCode', content: '<operation>serviceNotSupported</operation>' };
}
