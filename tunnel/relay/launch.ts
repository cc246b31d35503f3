/** A launch as the relay keeps it: a session of one person with one system at one site. */
import { z } from 'zod';
import type { ErrorCode } from '#contract/errors/catalogue.ts';

/** Limits of a session; times in milliseconds. */
export interface LaunchLimits {
  /** From the click to the redeeming of the link. */
  redeemMs: number;
  /** From there to the session's own address. */
  enterMs: number;
  absoluteMs: number;
  idleMs: number;
  perGateway: number;
  perPerson: number;
  /** Both directions together. */
  bytes: number;
}

export const LAUNCH_LIMITS: LaunchLimits = {
  redeemMs: 60_000,
  enterMs: 30_000,
  absoluteMs: 60 * 60_000,
  idleMs: 10 * 60_000,
  perGateway: 16,
  perPerson: 8,
  bytes: 20 * 1024 ** 3,
};

/** The system as the gateway described it; nothing here is taken from the browser. */
export interface LaunchTarget {
  account: string;
  gateway: string;
  service: string;
  name: string;
  scheme: 'http' | 'https' | 'tcp';
  /** Host and port as the system names itself, for the Host header. */
  authority: string;
  /** The page that the session begins with; the first one when undefined. */
  path?: string;
}

export interface LaunchRequest {
  /** The record's id, which both sides write down. */
  id: string;
  person: { id: string; name: string };
  reason: string;
  target: LaunchTarget;
}

/** Why a session ended. */
export const LaunchEnd = z.enum([
  'not-used',
  'expired',
  'idle',
  'by-person',
  'by-admin',
  'by-customer',
  'right-lost',
  'too-much',
  'link-misused',
  'gateway-lost',
  'relay-stopped',
]);
export type LaunchEnd = z.infer<typeof LaunchEnd>;

/** What a person is shown after a session has ended so. */
export const END_ERROR: Readonly<Record<LaunchEnd, ErrorCode>> = {
  'not-used': 'launch.link',
  expired: 'launch.expired',
  idle: 'launch.idle',
  'by-person': 'launch.ended',
  'by-admin': 'launch.ended',
  'by-customer': 'launch.ended',
  'right-lost': 'launch.forbidden',
  'too-much': 'launch.too-much',
  'link-misused': 'launch.link',
  'gateway-lost': 'launch.ended',
  'relay-stopped': 'launch.ended',
};

/** A session as others see it. */
export interface LaunchView extends LaunchRequest {
  /** First part of its host name; empty of meaning and never used again. */
  label: string;
  state: 'waiting' | 'open' | 'ended';
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string;
  requests: number;
  bytesUp: number;
  bytesDown: number;
  end?: { reason: LaunchEnd; at: string; by?: string };
}

/** What goes into the record; no bodies, no cookies, no query. */
export type LaunchRecord =
  | { kind: 'issued' | 'opened' | 'ended'; launch: LaunchView }
  | { kind: 'link-refused'; launch: LaunchView; why: 'foreign' | 'used' }
  | { kind: 'request'; launch: LaunchView; method: string; path: string; status: number; bytes: number };
