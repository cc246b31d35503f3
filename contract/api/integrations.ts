/** The panel of integrations of an account (INT-1 to INT-8, ONB-7 to ONB-13, ONB-40 to ONB-45). */
import { z } from 'zod';
import { Id } from '../ids.ts';
import { Reason } from '../users.ts';
import { PbxType } from '../words.ts';

/** What the catalogue has; a PBX family each, for what has to be set up differs. */
export const IntegrationKind = z.enum(['demarc-gateway', ...PbxType.options, 'sip-trunks', 'webhooks']);
export type IntegrationKind = z.infer<typeof IntegrationKind>;

/** The tabs of the catalogue (INT-2). */
export const CatalogueTab = z.enum(['site', 'third-party']);
export type CatalogueTab = z.infer<typeof CatalogueTab>;

/** Generic word beside the status text (INT-6). */
export const IntegrationState = z.enum(['Connected', 'Error', 'Incomplete']);
export type IntegrationState = z.infer<typeof IntegrationState>;

/** Something that an integration offers once it is set up (INT-4, INT-8). */
export const IntegrationFeature = z.object({
  id: z.enum(['admin-portal', 'sip-trunks', 'users', 'numbers', 'activity']),
  /** Whether it can be had at all with this PBX; `note` says why not, in the adapter's own words. */
  offered: z.boolean(),
  note: z.string().nullable(),
  /** How many there are of it, where that can be counted. */
  count: z.int().nullable(),
});
export type IntegrationFeature = z.infer<typeof IntegrationFeature>;

/** A row of the panel. */
export const Integration = z.object({
  /** The gateway or PBX behind it, else its kind. */
  id: z.string(),
  account: Id,
  kind: IntegrationKind,
  /** The gateway or PBX; null while there is none. */
  subject: Id.nullable(),
  /** Name of the gateway or PBX; null while there is none. */
  name: z.string().nullable(),
  /** The gateway that it is, or that reaches it. */
  gateway: Id.nullable(),
  state: IntegrationState,
  /** One of the words of the set-up, or the generic one. */
  status: z.string(),
  /** What went wrong, which is told instead of the status (ONB-13). */
  problem: Reason.nullable(),
  /** A version that waits to be installed (ONB-13). */
  updateAvailable: z.string().nullable(),
  complete: z.boolean(),
  /** False after it was switched off, on the way to deleting it (ONB-41). */
  on: z.boolean(),
  /** Whether it is a virtual machine, which is released and not reset (ONB-43); null where nobody tells. */
  virtual: z.boolean().nullable(),
  addresses: z.array(z.string()),
  features: z.array(IntegrationFeature),
});
export type Integration = z.infer<typeof Integration>;

/** An entry of the catalogue: `set-up` is in use and deleted in its row, `incompatible` needs a gateway first (ONB-45). */
export const CatalogueEntry = z.object({
  kind: IntegrationKind,
  tab: CatalogueTab,
  state: z.enum(['available', 'added', 'set-up', 'incompatible']),
});
export type CatalogueEntry = z.infer<typeof CatalogueEntry>;

/** `GET /api/v1/integrations?account=…` */
export const IntegrationsPanel = z.object({ items: z.array(Integration), catalogue: z.array(CatalogueEntry) });
export type IntegrationsPanel = z.infer<typeof IntegrationsPanel>;

/** `POST /api/v1/integrations` */
export const IntegrationAdd = z.strictObject({ account: Id, kind: IntegrationKind });
export type IntegrationAdd = z.infer<typeof IntegrationAdd>;

/** `PUT /api/v1/integrations/{id}/switch`: `id` is that of the gateway or PBX. */
export const IntegrationSwitch = z.strictObject({ on: z.boolean() });
export type IntegrationSwitch = z.infer<typeof IntegrationSwitch>;
