import { createSocket, type Socket, type SocketType } from 'node:dgram';

type Listener = (...args: unknown[]) => void;

/**
 * A UDP socket for the SNMP library that hands it no fault of its own back: the library throws on some damaged or
 * unexpected messages, out of the event, where nobody could catch it. Such a message counts as not received.
 */
export function guardedSocket(onFault: (error: unknown) => void): { createSocket(type: SocketType): Socket } {
  return {
    createSocket(type) {
      const socket = createSocket(type);
      const on = socket.on.bind(socket) as (event: string, listener: Listener) => Socket;
      const guarded = (event: string, listener: Listener): Socket => {
        if (event !== 'message') return on(event, listener);
        return on(event, (...args) => {
          try {
            listener(...args);
          } catch (error) {
            onFault(error);
          }
        });
      };
      return Object.assign(socket, { on: guarded });
    },
  };
}
