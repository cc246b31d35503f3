import { isIP } from 'node:net';
import type { MailSettings } from '#config/connector-settings.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { MailText } from './mail-text.ts';

const LIMITS_MS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000, dnsTimeout: 10_000 };

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** What nodemailer says of a failure, where it does. */
interface SmtpFailure {
  code?: unknown;
  responseCode?: unknown;
  response?: unknown;
  message?: unknown;
}

/** Codes of nodemailer, and of Node underneath, that mean an unsafe or untrusted connection. */
const TLS_CODE = /^(ETLS|EREQUIRETLS|CERT_|ERR_TLS|ERR_SSL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_)/;

/** A failure of nodemailer as one of ours; replies by their first digit (RFC 5321 section 4.2.1). */
export function mailError(thrown: unknown): DemarcError {
  const failure: SmtpFailure = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const { responseCode, response, message } = failure;
  const code = typeof failure.code === 'string' ? failure.code : '';
  const said = String(response ?? message ?? thrown)
    .replaceAll(/\s+/g, ' ')
    .slice(0, 300);
  const inner = thrown instanceof Error ? thrown.cause : undefined;
  const innerCode = typeof inner === 'object' && inner !== null && 'code' in inner ? String(inner.code) : '';
  const error = (name: DemarcError['code']) => new DemarcError(name, said, { cause: thrown });
  if (code === 'EAUTH' || code === 'ENOAUTH') return error('alert.mail-login');
  if (TLS_CODE.test(code) || TLS_CODE.test(innerCode) || /certificate|TLS|SSL/i.test(said)) {
    if (responseCode === undefined) return error('alert.mail-tls');
  }
  if (typeof responseCode === 'number') {
    return error(responseCode >= 500 && responseCode < 600 ? 'alert.mail-refused' : 'alert.mail-later');
  }
  return error('alert.mail-unreachable');
}

/** Brings one mail (`content` is a MailText as JSON) to one address; gives what the server said. */
export type MailCarrier = (
  to: { name: string; address: string },
  message: { id: string; content: string },
  signal: AbortSignal,
) => Promise<string>;

/**
 * Sends mails to one address each through the operator's mail server (SMTP with STARTTLS, or TLS from the start). A
 * password goes over TLS only, unless the server is this machine.
 */
export function mailCarrier(settings: MailSettings | undefined): MailCarrier {
  if (settings === undefined) {
    return async () => {
      throw new DemarcError('alert.mail-not-set-up');
    };
  }
  const { host, port, secure, user, password, from } = settings;
  return async (target, { id, content }, signal) => {
    const { subject, text } = MailText.parse(JSON.parse(content));
    // Rarely needed: not loaded before the first mail.
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      ...LIMITS_MS,
      host,
      port,
      secure,
      requireTLS: !secure && user !== undefined && !isLoopback(host),
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    });
    try {
      const sent = await transport.sendMail({
        from,
        to: { name: target.name, address: target.address },
        subject,
        text,
        signal,
        // The same at every try: a mail system that got it already can tell.
        messageId: `<${id}@demarc.${host}>`,
        // RFC 3834: nobody's absence note answers it.
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return sent.response.slice(0, 300);
    } catch (thrown) {
      throw mailError(thrown);
    } finally {
      transport.close();
    }
  };
}
