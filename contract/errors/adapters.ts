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
    nextStep:
      'Export “User and Services Configuration”, “Telephone Directory” or “Direct Inward Dialing Service” with its header line.',
  },
  'form.bad-csv': {
    status: 422,
    cause: 'The form export is not valid CSV',
    nextStep: 'Export the form again and do not edit the file in a spreadsheet.',
  },
  'pbx.host-key-unconfirmed': {
    status: 409,
    cause: 'Nobody has confirmed yet that this is the host key of the PBX, so nothing was sent to it',
    nextStep: 'Compare the fingerprint with what ssh-keygen -lf prints on the PBX, and enter it in its settings.',
  },
  'pbx.host-key-changed': {
    status: 502,
    cause: 'The host key of the PBX is not the one that was confirmed',
    nextStep:
      'If the PBX was installed anew, confirm the new fingerprint; if not, somebody may be in between: stop here.',
  },
  'ssh.protocol': {
    status: 502,
    cause: 'What came from this address is not SSH, or not in a form that can be agreed on',
    nextStep: 'Check that host and port are those of the SSH server of the PBX, and its log at this time.',
  },
  'ssh.no-password-login': {
    status: 502,
    cause: 'The SSH server does not take passwords for this account',
    nextStep: 'Allow password log-in for this account on the PBX; the password was not sent.',
  },
  'ssh.refused': {
    status: 502,
    cause: 'The SSH server logged in but does not run commands for this account',
    nextStep: 'Give the account a shell in which mdsh can be run.',
  },
  'ssh.too-much': {
    status: 502,
    cause: 'The PBX gave far more than the answer to a command can be',
    nextStep: 'Run the command by hand on the PBX and look at what it prints.',
  },
  'mdsh.missing': {
    status: 502,
    cause: 'The account finds no mdsh program',
    nextStep: 'Check that this is the Service Node of an MX-ONE, and that the account may run mdsh.',
  },
  'mdsh.not-accepted': {
    status: 502,
    cause: 'The MX-ONE did not accept the command',
    nextStep: 'Run the command by hand with this account; check its rights and the release.',
  },
  'mdsh.failed': {
    status: 502,
    cause: 'A command on the MX-ONE ended with an error',
    nextStep: 'Run the command by hand with this account and look at what it says.',
  },
  'mdsh.no-table': {
    status: 502,
    cause: 'What the MX-ONE printed is not the table that was expected',
    nextStep: 'Run the command by hand and send its header lines to support; the layout may be new in this release.',
  },
  'csta.protocol': {
    status: 502,
    cause: 'What came from this address is not valid CSTA',
    nextStep: 'Check that the port is that of the CSTA service (XML over TCP), and that the service is not set to TLS.',
  },
  'csta.not-offered': {
    status: 502,
    cause: 'The PBX does not offer this CSTA service',
    nextStep:
      'Check the release and the CSTA licence; where the PBX cannot list its phones, use the export of its users.',
  },
  'csta.no-access': {
    status: 502,
    cause: 'The PBX does not allow this CSTA request',
    nextStep: 'Give the account of the gateway the right to third-party CTI, and allow the gateway’s address.',
  },
  'csta.limit': {
    status: 502,
    cause: 'The PBX has reached a limit of its own or of its CSTA licences',
    nextStep: 'Look up the CSTA sessions in the licence page of the PBX; other applications may hold them.',
  },
  'csta.busy': {
    status: 502,
    cause: 'The PBX is too busy for the CSTA request',
    nextStep: 'Nothing needs to be done; the next run tries again.',
  },
  'csta.wrong-state': {
    status: 502,
    cause: 'The PBX cannot answer the CSTA request in its present state',
    nextStep: 'Try again; if it repeats, restart the CSTA service of the PBX.',
  },
  'csta.refused': {
    status: 502,
    cause: 'The PBX refused the CSTA request',
    nextStep: 'Look at the class and the value that it gave, and at the event log of the PBX at this time.',
  },
  'csta.not-ready': {
    status: 502,
    cause: 'The PBX says that its CSTA service is not in operation',
    nextStep: 'Wait until it has started; check that the CSTA service is enabled.',
  },
  'csta.session-refused': {
    status: 502,
    cause: 'The PBX refused the application session',
    nextStep: 'Look at the reason; if it wants a log-in, enter a user with the right to third-party CTI.',
  },
  'csta.session-limit': {
    status: 502,
    cause: 'The PBX has no application session left',
    nextStep: 'End sessions of other applications, or extend the licence.',
  },
  'csta.session-ended': {
    status: 502,
    cause: 'The PBX ended the application session',
    nextStep: 'Nothing needs to be done; the next run opens a new one.',
  },
  'export.no-file': {
    status: 404,
    cause: 'No export of the users was found',
    nextStep: 'Export the users in WebAdmin as CSV and put the file where the settings of this PBX say.',
  },
  'export.not-recognised': {
    status: 422,
    cause: 'The export of the users has no header line with number and name',
    nextStep: 'Let the first line name the columns, for example Number, Name, E-mail, DDI.',
  },
  'snmp.no-answer': {
    status: 504,
    cause: 'The PBX does not answer SNMP requests',
    nextStep:
      'Enable SNMP on the PBX, allow the gateway’s address there, and check the community: a wrong one gets no answer.',
  },
  'snmp.refused': {
    status: 502,
    cause: 'The PBX refused the SNMP request',
    nextStep: 'Check user, passwords and protocols in the settings, and the rights of this user in the SNMP settings.',
  },
  'snmp.protocol': {
    status: 502,
    cause: 'What came from this address is not a valid SNMP answer',
    nextStep: 'Check that the port is that of the SNMP service of the PBX, usually 161.',
  },
  'smdr.layout': {
    status: 422,
    cause: 'The call records have another layout than the one that is declared',
    nextStep: 'Compare the length of a record with the settings: 90 plain, 101, 112, 120 or about 131 with options.',
  },
  'http.protocol': {
    status: 502,
    cause: 'What came from this address is not a valid HTTP answer',
    nextStep: 'Check that the port is that of the administration web site, usually 443.',
  },
} as const;
