/** WebAdmin of the lab's MiVoice Office 400: a log-in form over HTTPS that gives a search no sign of what it belongs to. */
import { type LabSite, startSite } from '../mivoice-business/admin-site.ts';

/** Port 0 (the default) takes a free one. */
export const startOffice400Page = (place: { host?: string; port?: number } = {}): Promise<LabSite> =>
  startSite({
    title: 'Administration',
    loginPath: '/',
    user: 'installer',
    password: 'lab-password',
    lockAfter: 3,
    ...place,
  });
