/** What the connector and the gateways write in English, in German; `test/unit/web/phrases.test.ts` names what lacks. */
import type { Phrases } from '../../phrases.ts';
import { checkPhrases } from './checks.ts';
import { commandPhrases } from './commands.ts';
import { discoveryPhrases } from './discovery.ts';
import { adminEvents, alertSentences, gatewayEvents } from './events.ts';
import { integrationPhrases } from './integrations.ts';
import { networkPhrases } from './network.ts';
import { capabilityPhrases, pbxPhrases } from './pbxs.ts';
import { proofPhrases, setterPhrases, worksheetPhrases } from './trunks.ts';

export const phrases: Phrases = {
  ...adminEvents,
  ...gatewayEvents,
  ...alertSentences,
  ...checkPhrases,
  ...commandPhrases,
  ...discoveryPhrases,
  ...integrationPhrases,
  ...networkPhrases,
  ...pbxPhrases,
  ...capabilityPhrases,
  ...worksheetPhrases,
  ...setterPhrases,
  ...proofPhrases,
};
