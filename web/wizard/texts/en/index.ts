/** The English catalogue: every word of the gateway's own pages that a person reads, by page. */
import { daemonTexts } from './daemon.ts';
import { entryTexts } from './entry.ts';
import { frameTexts } from './frame.ts';
import { gatewayTexts } from './gateway.ts';
import { pbxTexts } from './pbx.ts';
import { stepTexts } from './steps.ts';

export const text = {
  ...frameTexts,
  ...entryTexts,
  ...gatewayTexts,
  ...pbxTexts,
  ...stepTexts,
  ...daemonTexts,
};
