import { Id } from './ids.ts';

/**
 * Topics of the device bus. Their depth is fixed, so the access rule is two equality checks of the account and gateway
 * against the client certificate (design section 3).
 */
const ROOT = 'demarc/1';

/** Whose topics: the account and gateway that the client certificate names. */
export interface GatewayAddress {
  account: Id;
  gateway: Id;
}

const prefix = ({ account, gateway }: GatewayAddress): string => `${ROOT}/${account}/${gateway}`;

/** Builders for every topic, by direction. */
export const topics = {
  conn: (address: GatewayAddress): string => `${prefix(address)}/up/conn`,
  state: (address: GatewayAddress, section: string): string => `${prefix(address)}/up/state/${section}`,
  event: (address: GatewayAddress): string => `${prefix(address)}/up/event`,
  users: (address: GatewayAddress, run: Id, n: number): string => `${prefix(address)}/up/users/${run}/${n}`,
  result: (address: GatewayAddress, command: Id): string => `${prefix(address)}/up/result/${command}`,
  want: (address: GatewayAddress): string => `${prefix(address)}/down/want`,
  command: (address: GatewayAddress, command: Id): string => `${prefix(address)}/down/cmd/${command}`,
  ack: (address: GatewayAddress): string => `${prefix(address)}/down/ack`,
  ask: (address: GatewayAddress): string => `${prefix(address)}/down/ask`,
  /** The one subscription of a gateway. */
  allDown: (address: GatewayAddress): string => `${prefix(address)}/down/#`,
} as const;

/** What a topic says, without its payload. */
export type ParsedTopic = GatewayAddress &
  (
    | { channel: 'conn' | 'event' | 'want' | 'ack' | 'ask' }
    | { channel: 'state'; section: string }
    | { channel: 'users'; run: Id; n: number }
    | { channel: 'result' | 'command'; command: Id }
  );

const isId = (text: string | undefined): text is Id => Id.safeParse(text).success;

/** Reads a topic; undefined for anything that is not one of ours, in any detail. */
export function parseTopic(topic: string): ParsedTopic | undefined {
  if (topic.length > 200) return undefined;
  const [root, version, account, gateway, direction, channel, a, b, ...rest] = topic.split('/');
  if (`${root}/${version}` !== ROOT || !isId(account) || !isId(gateway) || rest.length > 0) return undefined;
  const address = { account, gateway };
  switch (`${direction}/${channel}`) {
    case 'up/conn':
    case 'up/event':
    case 'down/want':
    case 'down/ack':
    case 'down/ask':
      if (a !== undefined) return undefined;
      return { ...address, channel: channel as 'conn' | 'event' | 'want' | 'ack' | 'ask' };
    case 'up/state':
      if (a === undefined || !/^[a-z][a-z-]{0,31}$/.test(a) || b !== undefined) return undefined;
      return { ...address, channel: 'state', section: a };
    case 'up/users':
      if (!isId(a) || b === undefined || !/^(0|[1-9]\d{0,6})$/.test(b)) return undefined;
      return { ...address, channel: 'users', run: a, n: Number(b) };
    case 'up/result':
    case 'down/cmd':
      if (!isId(a) || b !== undefined) return undefined;
      return { ...address, channel: channel === 'result' ? 'result' : 'command', command: a };
    default:
      return undefined;
  }
}
