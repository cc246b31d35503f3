/** The Provisioning Manager of the lab's MX-ONE: a log-in form over HTTPS. What the page of a real one says is not known. */
import { type LabSite, startSite } from '../mivoice-business/admin-site.ts';

/** Port 0 (the default) takes a free one. */
export const startManager = (place: { host?: string; port?: number } = {}): Promise<LabSite> =>
  startSite({
    title: 'MX-ONE Provisioning Manager',
    loginPath: '/',
    user: 'installer',
    password: 'lab-password',
    lockAfter: 3,
    api: {
      path: '/auth/login',
      reply: { token: 'lab', refreshToken: 'lab', version: '7.4.1', build: '12', brand: 'mxone' },
    },
    ...place,
  });
