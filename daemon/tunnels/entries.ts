/** The tunnels that a gateway may have: made from its PBXs, never from what the cloud says (TUN-2, TUN-3). */
import { z } from 'zod';
import { Id } from '#contract/ids.ts';
import { TunnelId, TunnelKind } from '#contract/tunnels.ts';
import type { PbxType } from '#contract/words.ts';

/** What a person at the site has set of a tunnel. */
export const TunnelEntry = z.strictObject({
  id: TunnelId,
  pbx: Id,
  kind: TunnelKind,
  /** Where the system is when that is not the PBX's own address; a name or an address. */
  host: z.string().min(1).max(253).optional(),
  port: z.int().min(1).max(65_535),
  scheme: z.enum(['http', 'https', 'tcp']),
  oldTls: z.boolean().default(false),
  started: z.boolean().default(false),
  cloudMayStart: z.boolean().default(false),
});
export type TunnelEntry = z.infer<typeof TunnelEntry>;

export const TunnelDocument = z.object({ version: z.literal(1), tunnels: z.array(TunnelEntry).max(200) });

/** The part of a PBX that counts here. */
export interface TunnelPbx {
  id: string;
  type: PbxType;
  name: string;
  connection: Record<string, unknown>;
}

export const TUNNEL_NAMES: Readonly<Record<TunnelKind, string>> = {
  web: 'Administration web interface',
  rest: 'REST interface',
  shell: 'SSH',
  manager: 'Server Manager',
  'manager-rest': 'Server Manager REST interface',
};

/** Where the pages of a system are when they are not at its root. */
export const START_PATHS: Readonly<Partial<Record<TunnelKind, string>>> = { manager: '/server-manager' };

type Usual = Pick<TunnelEntry, 'kind' | 'port' | 'scheme'>;
const WEB: Usual = { kind: 'web', port: 443, scheme: 'https' };
const REST: Usual = { kind: 'rest', port: 443, scheme: 'https' };
/** The platform below, whose address is the PBX's own unless the site enters another. */
const MANAGER: Usual = { kind: 'manager', port: 443, scheme: 'https' };
const MANAGER_REST: Usual = { kind: 'manager-rest', port: 443, scheme: 'https' };
const SHELL: Usual = { kind: 'shell', port: 22, scheme: 'tcp' };

/** What each family has. */
const USUAL: Readonly<Record<PbxType, readonly Usual[]>> = {
  'mivoice-business': [WEB, REST, MANAGER, MANAGER_REST],
  'mivoice-5000': [WEB],
  'mivoice-office-400': [WEB],
  'mx-one': [WEB, SHELL],
};

/** The tunnels of these PBXs: with what was set, else as usual and stopped. Of a PBX that is gone nothing is left. */
export function entriesOf(pbxs: readonly TunnelPbx[], set: readonly TunnelEntry[]): TunnelEntry[] {
  const known = new Map(set.map((entry) => [entry.id, entry]));
  return pbxs.flatMap((pbx) =>
    USUAL[pbx.type].map((usual): TunnelEntry => {
      const id = `${pbx.id}.${usual.kind}`;
      const own =
        usual.kind === 'shell' ? z.int().min(1).max(65_535).safeParse(pbx.connection['port']).data : undefined;
      const port = own ?? usual.port;
      return known.get(id) ?? { id, pbx: pbx.id, ...usual, port, oldTls: false, started: false, cloudMayStart: false };
    }),
  );
}

/** Where a tunnel leads to; undefined while neither the entry nor the PBX has an address. */
export function hostOf(entry: TunnelEntry, pbx: TunnelPbx | undefined): string | undefined {
  const own = pbx?.connection['host'];
  return entry.host ?? (typeof own === 'string' && own !== '' ? own : undefined);
}
