import { join } from 'node:path';

/** Files of the local pages' access in the state folder. The first is the one of the set-up secret, in clear. */
export const accessFiles = (folder: string) => ({
  secret: join(folder, 'setup-secret'),
  document: join(folder, 'local-access.json'),
});
