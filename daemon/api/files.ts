import { join } from 'node:path';
import { z } from 'zod';

/** Where the daemon leaves what the command line needs to find it. */
export const apiFiles = (stateFolder: string) => ({
  token: join(stateFolder, 'admin-token'),
  address: join(stateFolder, 'api.json'),
  certificate: join(stateFolder, 'local-certificate.pem'),
});

/** Content of the address file: where the local API listens, and the process that does. */
export const ApiAddress = z.object({ url: z.url({ protocol: /^https$/ }), pid: z.int() });
export type ApiAddress = z.infer<typeof ApiAddress>;
