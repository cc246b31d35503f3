import type { ErrorCode } from '#contract/errors/catalogue.ts';
import type { ErrorWords } from '../../said.ts';
import { accessTexts } from './access.ts';
import { alertTexts } from './alerts.ts';
import { apiTexts } from './api.ts';
import { checkTexts } from './checks.ts';
import { commandTexts } from './commands.ts';
import { directoryTexts } from './directory.ts';
import { enrolmentTexts } from './enrolment.ts';
import { gatewayTexts } from './gateway.ts';
import { importTexts } from './imports.ts';
import { linkTexts } from './link.ts';
import { pbxTexts } from './pbxs.ts';
import { syncTexts } from './sync.ts';
import { trunkTexts } from './trunks.ts';
import { tunnelTexts } from './tunnels.ts';
import { updateTexts } from './updates.ts';
import { uploadTexts } from './uploads.ts';
import { wizardTexts } from './wizard.ts';

/** The catalogue of errors in German; test/unit/web/languages.test.ts names the codes that it lacks. */
export const errorTexts: Partial<Record<ErrorCode, ErrorWords>> = {
  ...accessTexts,
  ...alertTexts,
  ...apiTexts,
  ...checkTexts,
  ...commandTexts,
  ...directoryTexts,
  ...enrolmentTexts,
  ...gatewayTexts,
  ...importTexts,
  ...linkTexts,
  ...pbxTexts,
  ...syncTexts,
  ...trunkTexts,
  ...tunnelTexts,
  ...updateTexts,
  ...uploadTexts,
  ...wizardTexts,
};
