/** The relay inside the connector, put together: gateways on one side, browsers on the other, records in the store. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { WebSocketServer } from 'ws';
import type { Clock } from '#config/clock.ts';
import type { ConnectorSettings } from '#config/connector-settings.ts';
import type { Log } from '#config/log.ts';
import { DemarcError, toDemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { TUNNEL_ALPN } from '#tunnel/carrier/settings.ts';
import { socketCarrier, WEBSOCKET_LIMITS, webSocketCarrier } from '#tunnel/carrier/sockets.ts';
import { Relay } from '#tunnel/relay/relay.ts';
import { ApiTokens } from '../access/api-tokens.ts';
import type { Commands } from '../commands/commands.ts';
import type { Store } from '../store/store.ts';
import { LaunchDesk, mayStillLaunch } from './launch-desk.ts';
import { LaunchLog } from './launch-log.ts';

interface LaunchParts {
  store: Store;
  clock: Clock;
  log: Log;
  commands: Pick<Commands, 'issue'>;
  /** @throws DemarcError when that one may not come in */
  admit: (socket: TLSSocket) => Promise<GatewayAddress>;
  isConnected: (gateway: string) => boolean;
  publicUrl: string;
  domain: string;
}

export interface LaunchService {
  desk: LaunchDesk;
  /** Takes a connection whose TLS handshake is over, if it is for us. */
  connection(socket: TLSSocket): boolean;
  /** The tunnel inside a WebSocket. @throws DemarcError */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;
  /** Cuts the tunnel of a gateway that is no longer one of ours. */
  drop(gateway: string): void;
  stop(): Promise<void>;
}

/** The name below which sessions have theirs: as set, else `launch.` below the console's own. */
export function launchDomain({ launchDomain: set, publicUrl, host }: ConnectorSettings): string {
  if (set !== undefined) return set.toLowerCase();
  const name = publicUrl === undefined ? host : new URL(publicUrl).hostname;
  const bare = name.replace(/^\[|\]$/g, '');
  return isIP(bare) > 0 || !bare.includes('.') ? 'launch.localhost' : `launch.${bare}`;
}

/** Builds and starts it. */
export async function startLaunches(parts: LaunchParts): Promise<LaunchService> {
  const { store, clock, log, domain } = parts;
  const record = new LaunchLog({ store, clock, log });
  await record.closeOld();
  const tokens = new ApiTokens({ store, clock });
  const relay = new Relay({
    domain,
    clock,
    log,
    allowed: (launch) => mayStillLaunch({ store, tokens }, launch),
    record: (news) => {
      record.take(news);
      if (news.kind === 'ended') relay.links.endSession(news.launch.target.gateway, news.launch.id);
    },
  });
  const sockets = new WebSocketServer({ noServer: true, ...WEBSOCKET_LIMITS });
  const refuse = (socket: Duplex) => (thrown: unknown) => {
    const { code, message } = toDemarcError(thrown);
    log.warn({ code }, `a tunnel was refused: ${message}`);
    socket.destroy();
  };
  return {
    desk: new LaunchDesk({ ...parts, relay }),
    connection: (socket) => {
      if (socket.alpnProtocol === TUNNEL_ALPN) {
        socket.pause();
        parts
          .admit(socket)
          .then(({ gateway }) => relay.gateway(gateway, socketCarrier(socket)))
          .catch(refuse(socket));
        return true;
      }
      const name = socket.servername;
      if (typeof name !== 'string' || !relay.owns(name)) return false;
      relay.browser(socket);
      return true;
    },
    upgrade: async (request, socket, head) => {
      if (!(socket instanceof TLSSocket)) throw new DemarcError('identity.required');
      const { gateway } = await parts.admit(socket);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        try {
          relay.gateway(gateway, webSocketCarrier(webSocket, socket));
        } catch (error) {
          refuse(socket)(error);
        }
      });
    },
    drop: (gateway) => relay.links.drop(gateway),
    stop: async () => {
      await relay.stop();
      await record.stop();
      sockets.close();
    },
  };
}
