import type { SupportLog } from '#contract/api/support-logs.ts';

/** A support log for people who have only a text editor. */
export function asText(log: SupportLog): string {
  const facts = [
    ['Title', log.title],
    ['Product', log.product],
    ['State', log.state],
    ['Reported', log.createdAt],
    ['Last change', log.updatedAt],
    ['Reporter', `${log.reporterName} <${log.reporterEmail}>`],
    ['User ID', log.reporter],
    ['Partner ID', log.partner],
    ['Account', log.accountName],
    ['Account ID', log.account],
    ['Gateway', log.gatewayName ?? '-'],
    ['Gateway ID', log.gateway ?? '-'],
  ];
  const attachments = log.attachments.map((file) => `- ${file.fileName}, ${file.bytes} bytes, ${file.createdAt}`);
  return [
    ...facts.map(([label, value]) => `${label}: ${value}`),
    '',
    'Report',
    log.report,
    '',
    'Notes',
    log.notes,
    '',
    'Attachments',
    ...(attachments.length === 0 ? ['none'] : attachments),
    '',
  ].join('\r\n');
}
