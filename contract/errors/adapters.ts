/** Errors of reading PBXs, directories and files. */
export const adapterErrors = {
  'pbx.unknown-host': {
    status: 502,
    cause: 'The name of the PBX or directory cannot be resolved',
    nextStep: 'Check the name for typing errors, or enter the IP address; check the DNS servers of the gateway.',
  },
  'pbx.unreachable': {
    status: 502,
    cause: 'The PBX or directory cannot be reached',
    nextStep: 'Check address and port, and that the gateway’s network may reach it.',
  },
  'pbx.timeout': {
    status: 504,
    cause: 'The PBX or directory did not answer in time',
    nextStep: 'Check whether it is busy or restarting; the next run tries again.',
  },
  'pbx.canceled': {
    status: 409,
    cause: 'Reading the PBX was canceled',
    nextStep: 'Nothing was changed; start it again when wanted.',
  },
  'pbx.truncated': {
    status: 502,
    cause: 'Reading the PBX broke off before the end',
    nextStep: 'Nothing was changed; the next run reads from the start. If it repeats, look for restarts of the PBX.',
  },
  'pbx.bad-credentials': {
    status: 502,
    cause: 'The PBX or directory refused the user name or password',
    nextStep: 'Enter the right password. After two refusals Demarc stops by itself, so that the account is not locked.',
  },
  'pbx.login-stopped': {
    status: 502,
    cause: 'Log-in was refused twice, so Demarc does not try again with this password',
    nextStep: 'Enter the right password; that lifts the stop.',
  },
  'pbx.not-supported': {
    status: 422,
    cause: 'This PBX type cannot do that',
    nextStep: 'See docs/pbx-families.md for what each PBX type gives.',
  },
  'pbx.tls-untrusted': {
    status: 502,
    cause: 'The certificate of the PBX or directory is not trusted',
    nextStep: 'Give the CA certificate that signed it in the PBX’s settings.',
  },
  'pbx.tls-expired': {
    status: 502,
    cause: 'The certificate of the PBX or directory has expired or is not valid yet',
    nextStep: 'Renew the certificate there, and check the date and time of the gateway.',
  },
  'pbx.tls-name': {
    status: 502,
    cause: 'The certificate of the PBX or directory was issued for another name',
    nextStep: 'Enter the name or address that the certificate holds, or have a certificate issued for this one.',
  },
  'pbx.tls-failed': {
    status: 502,
    cause: 'No encrypted connection came about',
    nextStep: 'Check that this port offers TLS: LDAPS is usual on 636, StartTLS and plain on 389.',
  },
  'ldap.size-limit': {
    status: 502,
    cause: 'The directory gives fewer entries than there are, because of its size limit',
    nextStep: 'Raise the size limit for this account, or let the account use paged results without a total limit.',
  },
  'ldap.referral': {
    status: 502,
    cause: 'The directory refers to another server, and Demarc does not follow referrals',
    nextStep: 'Enter the named server as the host, or a base that this server holds itself.',
  },
  'ldap.base-missing': {
    status: 502,
    cause: 'The base of the search does not exist in the directory, or this account may not see it',
    nextStep: 'Check the base DN for typing errors, and the rights of the account.',
  },
  'ldap.no-access': {
    status: 502,
    cause: 'The account may not read this part of the directory',
    nextStep: 'Give the account the right to read the entries and attributes of the people.',
  },
  'ldap.tls-required': {
    status: 502,
    cause: 'The directory accepts a log-in only over an encrypted connection',
    nextStep: 'Choose StartTLS or LDAPS in the settings of this PBX.',
  },
  'ldap.refused': {
    status: 502,
    cause: 'The directory refused the request',
    nextStep: 'Look at the reason that the server gave, and at its log at this time.',
  },
  'ldap.protocol': {
    status: 502,
    cause: 'What came from this address is not valid LDAP',
    nextStep: 'Check that host and port are those of the directory, and that TLS is set as the port expects.',
  },
  'ldap.bad-filter': {
    status: 422,
    cause: 'The search filter is not valid',
    nextStep: 'Write it as RFC 4515 says, for example (&(objectClass=person)(mail=*)).',
  },
  'ldap.no-mapping': {
    status: 422,
    cause: 'No attribute of the directory could be recognised as key or extension of a person',
    nextStep: 'Say in the settings which attribute holds the extension, the name and the e-mail address.',
  },
  'form.no-file': {
    status: 404,
    cause: 'No form export was found',
    nextStep: 'Export “User and Services Configuration” from the PBX as CSV and put it into the folder.',
  },
  'form.unreadable': {
    status: 502,
    cause: 'The form export cannot be read',
    nextStep: 'Check that the path exists and that the gateway may read it.',
  },
  'form.growing': {
    status: 409,
    cause: 'The form export is still being written',
    nextStep: 'Wait until the export or copy is finished; the next run tries again.',
  },
  'form.truncated': {
    status: 422,
    cause: 'The form export is cut short',
    nextStep: 'Export the form again and copy the whole file; a complete export ends with a line end.',
  },
  'form.shrunk': {
    status: 422,
    cause: 'The form export is much smaller than the one before',
    nextStep: 'Check that all rows were exported; if people really left, nothing needs to be done.',
  },
  'form.not-recognised': {
    status: 422,
    cause: 'The file has no header line of a form that Demarc knows',
    nextStep: 'Export “User and Services Configuration” or “Telephone Directory” with its header line.',
  },
  'form.bad-csv': {
    status: 422,
    cause: 'The form export is not valid CSV',
    nextStep: 'Export the form again and do not edit the file in a spreadsheet.',
  },
} as const;
