/** Web Admin of the lab's MiVoice 5000: a log-in form over HTTPS. What the page of a real one says is not known. */
import { type LabSite, startSite } from '../mivoice-business/admin-site.ts';

/** Port 0 (the default) takes a free one. */
export const startWebAdmin = (place: { host?: string; port?: number } = {}): Promise<LabSite> =>
  startSite({
    title: 'MiVoice 5000 Web Admin',
    loginPath: '/',
    user: 'installer',
    password: 'lab-password',
    lockAfter: 3,
    ...place,
  });
