import type { GatewayAddress, ParsedTopic } from '#contract/topics.ts';

/** A message from a gateway, its sender proven by the certificate and equal to the topic's account and gateway. */
export interface DeviceMessage {
  topic: ParsedTopic;
  /** The topic as it was, for quarantine. */
  rawTopic: string;
  payload: Uint8Array;
}

/** What the bus tells whoever listens. */
export interface DeviceHandler {
  /**
   * Takes one message. The bus acknowledges to the gateway only after this has resolved, so it must resolve only after
   * the commit; it never throws for a bad message (that one is quarantined), only when it could not store at all.
   */
  message(message: DeviceMessage): Promise<void>;
  /** The connection of a gateway ended, cleanly or not; comes after its will, if that one came. */
  disconnected(address: GatewayAddress, reason: string): Promise<void>;
}

/** The way to the gateways (design section 7): in the process by default, any MQTT 3.1.1 broker elsewhere. */
export interface DeviceBus {
  start(handler: DeviceHandler): Promise<void>;
  /** Publishes with QoS 1; resolves when the bus has it. */
  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<void>;
  /** Ends a gateway's connection, for example after its certificate was revoked. */
  disconnect(gateway: string, reason: string): void;
  isConnected(gateway: string): boolean;
  stop(): Promise<void>;
}
