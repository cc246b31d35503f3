/** Places of an account, to which gateways and numbers are assigned (MVB-6 to MVB-8). */
import { z } from 'zod';
import { Id, Instant } from '../ids.ts';

const Name = z.string().trim().min(1).max(64);
const Line = z.string().trim().max(128);

/** What rescue services have to know; empty lines are not known. */
export const LocationAddress = z.strictObject({
  street: Line.default(''),
  postalCode: z.string().trim().max(16).default(''),
  city: Line.default(''),
  region: Line.default(''),
  /** ISO 3166-1 alpha-2, or empty. */
  country: z.union([z.literal(''), z.string().regex(/^[A-Z]{2}$/, 'must be two letters such as DE')]).default(''),
  /** Building, floor, room. */
  details: z.string().trim().max(256).default(''),
});
export type LocationAddress = z.infer<typeof LocationAddress>;

export const Location = z.object({
  id: Id,
  account: Id,
  accountName: z.string(),
  name: z.string(),
  address: LocationAddress,
  gateways: z.array(z.object({ id: Id, name: z.string() })),
  /** How many entries of numbers are assigned to it. */
  ranges: z.int(),
  dids: z.int(),
  updatedAt: Instant,
  etag: z.string(),
});
export type Location = z.infer<typeof Location>;

/** `POST /api/v1/locations`: all of the names or none (MVB-6). */
export const LocationsCreate = z.strictObject({ account: Id, names: z.array(Name).min(1).max(50) });
export type LocationsCreate = z.infer<typeof LocationsCreate>;

export const LocationsCreated = z.object({ items: z.array(Location) });
export type LocationsCreated = z.infer<typeof LocationsCreated>;

/** `PUT /api/v1/locations/{id}`. A gateway is at one place: naming it here takes it from where it was. */
export const LocationEdit = z.strictObject({
  name: Name,
  address: LocationAddress,
  gateways: z.array(Id).max(500),
});
export type LocationEdit = z.infer<typeof LocationEdit>;
