import { z } from 'zod';

/** Content of the address file: where the local API listens, and the process that does. */
export const ApiAddress = z.object({ url: z.url({ protocol: /^https$/ }), pid: z.int() });
export type ApiAddress = z.infer<typeof ApiAddress>;
