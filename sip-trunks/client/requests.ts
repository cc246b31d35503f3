/** The requests that a trunk is proven with, as they begin (RFC 3261 sections 8.1.1, 10.2, 11, 13.2). */
import type { NameAddress, SipMessage } from '../message/message.ts';
import { bracketed, type SipFlow } from './flow.ts';

/** Whom the requests are from: the user of the trunk at the domain of the peer, or the gateway itself. */
export interface Identity {
  user?: string;
  /** The host of the trunk as it was entered: what a peer knows the trunk by. */
  domain: string;
}

const uriOf = (user: string | undefined, host: string, port?: number, rest = ''): string =>
  `sip:${user === undefined ? '' : `${escapedUser(user)}@`}${bracketed(host)}${port === undefined ? '' : `:${port}`}${rest}`;

/** RFC 3261 section 25.1, `user`: what is not allowed there is written as %xx. */
const escapedUser = (user: string): string =>
  user.replaceAll(/[^\w\-.!~*'()&=+$,;?/]/gu, (letter) => encodeURIComponent(letter));

/** Where this way ends at our side, for Contact. */
export const contactOf = (flow: SipFlow, user?: string): NameAddress => {
  const { transport } = flow.target;
  const over = transport === 'udp' ? '' : `;transport=${transport}`;
  return { uri: uriOf(user, flow.local.address, flow.local.port, over), params: {} };
};

function begin(flow: SipFlow, method: string, uri: string, from: NameAddress, to: NameAddress): SipMessage {
  return {
    start: { kind: 'request', method, uri },
    via: [],
    from: { ...from, params: { tag: flow.newToken() } },
    to,
    callId: `${flow.newToken()}@${bracketed(flow.local.address)}`,
    cseq: { seq: 1, method },
    headers: { 'user-agent': 'Demarc' },
    body: Buffer.alloc(0),
  };
}

/** A ping of the peer; without a user in any header, which some clouds insist on. */
export function optionsRequest(flow: SipFlow, { domain }: Identity): SipMessage {
  const { port, transport } = flow.target;
  const to = uriOf(undefined, domain, port);
  const over = transport === 'udp' ? '' : `;transport=${transport}`;
  const from = { uri: uriOf(undefined, flow.local.address), params: {} };
  const message = begin(flow, 'OPTIONS', `${to}${over}`, from, { uri: to, params: {} });
  return { ...message, contact: contactOf(flow), headers: { ...message.headers, accept: 'application/sdp' } };
}

/**
 * A registration for so many seconds (0 ends it). Without `expires` nothing is registered: the peer is asked what is
 * (section 10.2.3), which proves user and password and changes nothing.
 */
export function registerRequest(flow: SipFlow, { user, domain }: Identity, expires?: number): SipMessage {
  const address = { uri: uriOf(user, domain), params: {} };
  const message = begin(flow, 'REGISTER', uriOf(undefined, domain), address, address);
  if (expires === undefined) return message;
  return {
    ...message,
    contact: contactOf(flow, user),
    headers: { ...message.headers, expires: String(expires) },
  };
}

/** A call with an offer in it. `called` and `caller` are written as the peer wants them. */
export function inviteRequest(
  flow: SipFlow,
  { user, domain }: Identity,
  call: { called: string; caller: string | undefined; offer: Buffer },
): SipMessage {
  const to = uriOf(call.called, domain, undefined);
  const from = { uri: uriOf(call.caller ?? user ?? 'demarc', domain), params: {} };
  const message = begin(flow, 'INVITE', to, from, { uri: to, params: {} });
  return {
    ...message,
    contact: contactOf(flow, user ?? 'demarc'),
    headers: {
      ...message.headers,
      allow: 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE',
      supported: 'timer',
      'content-type': 'application/sdp',
    },
    body: call.offer,
  };
}
