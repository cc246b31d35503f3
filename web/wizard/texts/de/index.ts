/** The German catalogue: every word of the gateway's own pages that a person reads, by page. */
import type { WizardTexts } from '../index.ts';
import { daemonTexts } from './daemon.ts';
import { entryTexts } from './entry.ts';
import { frameTexts } from './frame.ts';
import { gatewayTexts } from './gateway.ts';
import { pbxTexts } from './pbx.ts';
import { stepTexts } from './steps.ts';

export const text: WizardTexts = {
  ...frameTexts,
  ...entryTexts,
  ...gatewayTexts,
  ...pbxTexts,
  ...stepTexts,
  ...daemonTexts,
};
