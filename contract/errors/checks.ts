/** What the self-test finds beyond the errors of the link, the identity and the PBXs. */
export const checkErrors = {
  'check.timeout': {
    status: 504,
    cause: 'The check did not end in time',
    nextStep: 'Run the self-test again; if it happens again, the part that is named hangs: give support the log.',
  },
  'check.tls-expired': {
    status: 502,
    cause: 'The certificate of the cloud has expired or is not valid yet',
    nextStep: 'Check the clock of this gateway first; if it is right, the operator of the cloud must renew it.',
  },
  'check.tls-untrusted': {
    status: 502,
    cause: 'The certificate of the cloud is signed by a CA that this gateway does not trust',
    nextStep: 'Give the CA file of the cloud, or exempt the cloud’s address from TLS inspection in the firewall.',
  },
  'check.tls-name': {
    status: 502,
    cause: 'The certificate of the cloud is for another name',
    nextStep: 'Check the spelling of the cloud’s address, and whether DNS or a firewall leads somewhere else.',
  },
  'check.tls-expiring': {
    status: 502,
    cause: 'The certificate of the cloud expires soon',
    nextStep: 'Tell the operator of the cloud; the gateway needs nothing.',
  },
  'check.websocket': {
    status: 502,
    cause: 'The WebSocket connection to the cloud was not accepted',
    nextStep: 'Let proxies and firewalls on the way pass WebSocket upgrades to the cloud’s address.',
  },
  'check.clock': {
    status: 502,
    cause: 'The clock of this gateway differs from the cloud’s',
    nextStep: 'Set the clock or reach a time server (NTP, UDP port 123).',
  },
  'check.certificate-expiring': {
    status: 502,
    cause: 'The certificate of this gateway expires soon and was not renewed',
    nextStep: 'Bring the cloud connection up; renewal then goes by itself. After expiry the gateway must enrol again.',
  },
  'check.disk-low': {
    status: 507,
    cause: 'Little space is left on the disk of the state folder',
    nextStep: 'Free some space or enlarge the disk; old logs and packages are the usual cause.',
  },
  'check.backlog': {
    status: 502,
    cause: 'Records wait to be sent for a long time',
    nextStep: 'Look at the checks of the cloud connection; the records leave by themselves when it is up.',
  },
  'check.pbx': {
    status: 502,
    cause: 'The link to a PBX does not work as it should',
    nextStep: 'Open the settings of this PBX and test the link there; each step says what to do.',
  },
  'check.dropped': {
    status: 507,
    cause: 'Records had to be dropped because the queue was full or they were too old',
    nextStep: 'Bring the cloud connection up and run a full sync of every PBX.',
  },
} as const;
