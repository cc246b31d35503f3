import { join } from 'node:path';

/** Where the daemon leaves what the command line, and who judges a new version, need to find it. */
export const apiFiles = (stateFolder: string) => ({
  token: join(stateFolder, 'admin-token'),
  address: join(stateFolder, 'api.json'),
  certificate: join(stateFolder, 'local-certificate.pem'),
});
