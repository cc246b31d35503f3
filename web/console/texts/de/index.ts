/** The German catalogue: every word of the console that a person reads, by page. */

import type { ConsoleTexts } from '../index.ts';
import { accountsTexts } from './accounts.ts';
import { alertSettingsText, alertText } from './alerts.ts';
import { appTexts } from './app.ts';
import { commandsTexts } from './commands.ts';
import { contactsTexts } from './contacts.ts';
import { eventsTexts } from './events.ts';
import { gatewaysTexts } from './gateways.ts';
import { homeTexts } from './home.ts';
import { importTexts } from './import.ts';
import { integrationsTexts } from './integrations.ts';
import { inventoryTexts } from './inventory.ts';
import { notificationText } from './notifications.ts';
import { numbersTexts } from './numbers.ts';
import { peopleTexts } from './people.ts';
import { settingsTexts } from './settings.ts';
import { signInTexts } from './sign-in.ts';
import { supportLogText } from './support-logs.ts';
import { syncsTexts } from './syncs.ts';
import { traceText } from './traces.ts';
import { trunkHealthText } from './trunk-health.ts';
import { trunkText } from './trunks.ts';
import { tunnelText } from './tunnels.ts';
import { usersTexts } from './users.ts';

export const text: ConsoleTexts = {
  ...appTexts,
  ...signInTexts,
  ...peopleTexts,
  ...settingsTexts,
  ...homeTexts,
  ...gatewaysTexts,
  ...commandsTexts,
  ...accountsTexts,
  ...usersTexts,
  ...importTexts,
  ...syncsTexts,
  ...integrationsTexts,
  ...inventoryTexts,
  ...contactsTexts,
  ...eventsTexts,
  ...numbersTexts,
  alerts: alertText,
  alertSettings: alertSettingsText,
  notifications: notificationText,
  supportLogs: supportLogText,
  traces: traceText,
  trunkHealth: trunkHealthText,
  trunks: trunkText,
  tunnels: tunnelText,
};
