/** What a search for PBXs on the site's network finds, as the local API, the wizard and the command line show it. */
import { z } from 'zod';
import { PbxType } from './words.ts';

/** What a machine was taken for. The four PBX families, and what must not be mistaken for them. */
export const CandidateKind = z.enum([
  ...PbxType.options,
  'mitel-border-gateway',
  'micollab',
  'mitel-conferencing',
  'mitel-server',
  'mitel-5000-cp',
  'mitel-3100',
  'sip-dect-manager',
  'mitel-phone',
  'mitel-device',
  'sip-device',
  'unnamed-sip',
]);
export type CandidateKind = z.infer<typeof CandidateKind>;

/** What it is for the site: only a `pbx` or an `unknown` is one that a person may want to connect. */
export const CandidateRole = z.enum(['pbx', 'border', 'phone', 'dect', 'application', 'other', 'unknown']);
export type CandidateRole = z.infer<typeof CandidateRole>;

/** `high` takes at least two signals that do not depend on each other: one banner alone can lie. */
export const Certainty = z.enum(['high', 'medium', 'low']);
export type Certainty = z.infer<typeof Certainty>;

/** One thing that was seen, in words, and what it speaks for. */
export const EvidenceItem = z.object({
  signal: z.string(),
  address: z.string(),
  port: z.number().optional(),
  text: z.string(),
  speaksFor: CandidateKind.optional(),
});
export type EvidenceItem = z.infer<typeof EvidenceItem>;

/** One machine, however many addresses it has. `id` is its lowest address. */
export const Candidate = z.object({
  id: z.string(),
  kind: CandidateKind,
  role: CandidateRole,
  /** Set where it is one of the families that can be connected. */
  pbxType: PbxType.optional(),
  name: z.string(),
  addresses: z.array(z.string()).min(1),
  certainty: Certainty,
  /** 0 to 1. */
  score: z.number(),
  /** The software's own number, as it was read. */
  version: z.string().nullable(),
  /** The marketing release, only where the system itself says it: the two must not be compared. */
  release: z.string().nullable(),
  alternatives: z.array(CandidateKind),
  notes: z.array(z.string()),
  evidence: z.array(EvidenceItem),
});
export type Candidate = z.infer<typeof Candidate>;

/** How far a search is. */
export const DiscoveryProgress = z.object({
  phase: z.enum(['sweeping', 'probing', 'done']),
  addresses: z.number(),
  swept: z.number(),
  alive: z.number(),
  probed: z.number(),
  probesSent: z.number(),
});
export type DiscoveryProgress = z.infer<typeof DiscoveryProgress>;

/** Services that a search asks, by the names under which their ports can be given. */
export const SearchedService = z.enum([
  'sip',
  'sips',
  'http',
  'https',
  'ssh',
  'ftp',
  'ldap',
  'ldaps',
  'smdr',
  'csta',
  'csta-mx-one',
  'snmp',
]);
export type SearchedService = z.infer<typeof SearchedService>;

/**
 * The port numbers that a site uses instead of the usual ones, by service: `csta` is that of the MiVoice Office 400,
 * `csta-mx-one` that of the MX-ONE, `smdr` that of the MiVoice Business.
 */
export const MovedPorts = z
  .partialRecord(SearchedService, z.int().min(1).max(65_535))
  .refine((ports) => new Set(Object.values(ports)).size === Object.keys(ports).length, 'no two services on one port');
export type MovedPorts = z.infer<typeof MovedPorts>;

/** `POST /api/discovery`: without ranges the gateway's own networks are searched. */
export const DiscoveryRequest = z.strictObject({
  cidrs: z.array(z.string().max(32)).max(64).optional(),
  /** SNMP v2c read community; without one no SNMP is sent. Neither stored nor logged. */
  community: z.string().min(1).max(64).optional(),
  ports: MovedPorts.optional(),
});
export type DiscoveryRequest = z.infer<typeof DiscoveryRequest>;

/** `GET /api/discovery`. */
export const DiscoveryAnswer = z.object({
  state: z.enum(['idle', 'running', 'finished', 'canceled', 'failed']),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  ranges: z.array(z.string()),
  progress: DiscoveryProgress.nullable(),
  candidates: z.array(Candidate),
  /** What was narrowed, left out or could not be done. */
  notes: z.array(z.string()),
  error: z.object({ code: z.string(), message: z.string(), nextStep: z.string() }).optional(),
});
export type DiscoveryAnswer = z.infer<typeof DiscoveryAnswer>;
