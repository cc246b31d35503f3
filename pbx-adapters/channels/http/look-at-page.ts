import { readLandingPage } from './landing-page.ts';

const PAGE_MS = 10_000;

/** The landing page of an administration site (HTTPS) as a step of a probe. @throws DemarcError as `readLandingPage` */
export async function lookAtPage(host: string, port: number, signal: AbortSignal) {
  const value = await readLandingPage({ host, port, tls: true, limitMs: PAGE_MS }, signal);
  const { status, title, location, certificate } = value;
  const parts = [
    `Status ${status}`,
    title && `title “${title}”`,
    location && `leads to ${location}`,
    certificate && `certificate of ${certificate.subject || 'nobody'}, SHA-256 ${certificate.fingerprint}`,
  ];
  return { value, detail: `${parts.filter(Boolean).join('; ')}.` };
}
