/**
 * Every error that a person, a gateway or an API client can meet. One file an area; docs/errors.md is checked against
 * this by a test.
 */
import { accessErrors } from './access.ts';
import { adapterErrors } from './adapters.ts';
import { alertErrors } from './alerts.ts';
import { apiErrors } from './api.ts';
import { checkErrors } from './checks.ts';
import { commandErrors } from './commands.ts';
import { configErrors } from './config.ts';
import { daemonErrors } from './daemon.ts';
import { discoveryErrors } from './discovery.ts';
import { enrolmentErrors } from './enrolment.ts';
import { importErrors } from './imports.ts';
import { integrationErrors } from './integrations.ts';
import { linkErrors } from './link.ts';
import { networkErrors } from './network.ts';
import { numberErrors } from './numbers.ts';
import { resetErrors } from './resets.ts';
import { syncErrors } from './sync.ts';
import { trunkErrors } from './trunks.ts';
import { tunnelErrors } from './tunnel.ts';
import { updateErrors } from './update.ts';
import { uploadErrors } from './uploads.ts';
import { userErrors } from './users.ts';
import { wizardErrors } from './wizard.ts';

/** One entry: HTTP status where the API answers it, the plain cause, and what to do. */
export interface ErrorEntry {
  status: number;
  cause: string;
  nextStep: string;
}

export const catalogue = {
  ...accessErrors,
  ...adapterErrors,
  ...alertErrors,
  ...apiErrors,
  ...checkErrors,
  ...commandErrors,
  ...configErrors,
  ...daemonErrors,
  ...discoveryErrors,
  ...enrolmentErrors,
  ...integrationErrors,
  ...importErrors,
  ...linkErrors,
  ...networkErrors,
  ...numberErrors,
  ...resetErrors,
  ...syncErrors,
  ...trunkErrors,
  ...updateErrors,
  ...tunnelErrors,
  ...uploadErrors,
  ...userErrors,
  ...wizardErrors,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof catalogue;
