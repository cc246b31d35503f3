/** The network ports of a gateway's host, on its local pages (ONB-18). Never from the cloud. */
import { z } from 'zod';

/** A card's name as Linux takes it, and harmless in a file's name. */
export const PortName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/, 'must be the name of a network port');

/** How a port gets its address: by itself (IPv4 by DHCP), or as it is written here. IPv6 configures itself either way. */
export const NetworkSettings = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('dhcp') }),
  z.strictObject({
    method: z.literal('static'),
    /** With the length of the prefix, such as 192.0.2.10/24. */
    address: z.string().max(32),
    gateway: z.string().max(64).optional(),
    dns: z.array(z.string().max(64)).max(3).default([]),
  }),
]);
export type NetworkSettings = z.infer<typeof NetworkSettings>;

const ErrorText = z.object({ code: z.string(), message: z.string(), nextStep: z.string() });

/**
 * `GET /api/network`. `PUT /api/network/:port` with NetworkSettings puts them on trial (202); `POST /api/network/confirm`
 * keeps them, and only when it comes through the new address; else they are taken back at `until`.
 */
export const NetworkAnswer = z.looseObject({
  /** Why nothing can be set here; null when it can. */
  unsupported: z.string().nullable(),
  ports: z.array(
    z.looseObject({
      name: z.string(),
      mac: z.string(),
      /** With prefix. */
      addresses: z.array(z.string()),
      /** As set through Demarc; null where somebody else decides. */
      settings: NetworkSettings.nullable(),
    }),
  ),
  pending: z
    .looseObject({
      port: z.string(),
      settings: NetworkSettings,
      phase: z.enum(['applying', 'applied']),
      until: z.string(),
    })
    .nullable(),
  /** What came of the latest change. */
  last: z
    .looseObject({
      port: z.string(),
      outcome: z.enum(['confirmed', 'reverted', 'failed']),
      at: z.string(),
      error: ErrorText.optional(),
    })
    .nullable(),
});
export type NetworkAnswer = z.infer<typeof NetworkAnswer>;
