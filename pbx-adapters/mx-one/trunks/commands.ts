/**
 * What Demarc runs on an MX-ONE for its trunks beside the reading commands of the adapter (../commands.ts): the prints of
 * routes, which only read, and the writes, which come from the plan (sip-trunks/plan/mx-one.ts) and from nowhere else.
 */
export const trunkPrints = {
  numbers: 'number_print',
  routes: 'ROCAP:ROU=ALL;',
  /** May hold a password, which is dropped as it is read. */
  sipRoutes: 'sip_route -print -route all',
  routeData: 'RODAP:ROU=ALL;',
  individuals: 'ROEDP:ROU=ALL,TRU=ALL;',
  destinations: 'RODDP:DEST=ALL,CUST=ALL;',
} as const;
export type TrunkPrint = keyof typeof trunkPrints;

/** Writes what is in effect to the disk of the PBX, so that a restart keeps it. */
export const BACKUP = 'data_backup';

const WRITES =
  /^(?:number_(?:data_)?(?:initiate|end)|RO(?:CA|DA|EQ|DD)[IE]|sip_route -(?:set|remove)|data_backup)(?=[ :]|$)/;

/** Whether this is one of the commands by which trunks are made and undone; a record on disk could say anything. */
export const isTrunkWrite = (command: string): boolean => WRITES.test(command) && !/['\\$`\n\r]/.test(command);

/** These would ask for a confirmation, which nobody could give. */
export const asksFirst = (command: string): boolean => command.startsWith('sip_route -');
