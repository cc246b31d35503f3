import type { AlertRuleName } from '#contract/alerts.ts';
import type { AlertDetails } from '../rules.ts';

/** What a message is made of: names as people know them, and what the rule found. */
interface MessageParts {
  gateway: string;
  /** The PBX, trunk or command that it is about; empty where there is none. */
  subject: string;
  details: AlertDetails;
}

/** Everything that people are told about alerts, in one language. */
export interface AlertTexts {
  message: Readonly<Record<AlertRuleName, (parts: MessageParts) => string>>;
  nextStep: Readonly<Record<AlertRuleName, string>>;
  /** Headings of the parts of a mail. */
  opened: (count: number) => string;
  reminder: (count: number) => string;
  resolved: (count: number) => string;
  /** The subject of a mail with more than one alert. */
  many: (opened: number, resolved: number) => string;
  resolvedOne: (message: string) => string;
  reminderOne: (message: string) => string;
  openSince: string;
  closedAt: string;
  next: string;
  more: (count: number) => string;
  link: string;
  footer: string;
  testSubject: string;
  testBody: string;
}
