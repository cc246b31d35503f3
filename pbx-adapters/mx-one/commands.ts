/**
 * Every command that Demarc runs on an MX-ONE, and no other: all of them only read, and none prints a secret (so
 * `auth_code -p` is not here, which prints authorisation codes in the clear).
 */
export const commands = {
  extensions: 'extension -p -d all',
  names: 'name -p -d all',
  ipExtensions: 'ip_extension -p -d all',
  numbers: 'number_print',
  about: 'ts_about',
  licences: 'license_status',
} as const;
