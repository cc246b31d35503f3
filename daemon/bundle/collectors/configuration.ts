import type { Collector } from '../collector.ts';

/** The configuration as it is in force; its secrets are sealed anyway, and removed besides. */
export const configuration: Collector = {
  id: 'configuration',
  limitMs: 10_000,
  collect: ({ sources, out }) => out.document('configuration.json', sources.config()),
};
