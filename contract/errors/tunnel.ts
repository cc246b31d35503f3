/** Errors of tunnels and of launches: at the gateway, at the relay, and on the page of the person who launched. */
export const tunnelErrors = {
  'tunnel.off': {
    status: 403,
    cause: 'The customer has switched remote access off at the gateway',
    nextStep: 'Ask the customer to switch it on: it can be done at the site only.',
  },
  'tunnel.stopped': {
    status: 409,
    cause: 'The tunnel to this system is not started',
    nextStep: 'Start the tunnel at the gateway, or from the cloud where the customer allows that.',
  },
  'tunnel.local-only': {
    status: 403,
    cause: 'The customer lets this tunnel be started at the site only',
    nextStep: 'Ask the customer to start it in the gateway’s local pages.',
  },
  'tunnel.unknown-service': {
    status: 404,
    cause: 'The gateway has no such system to connect to',
    nextStep: 'Reload the list of tunnels; the system may have been removed.',
  },
  'tunnel.not-granted': {
    status: 403,
    cause: 'The gateway does not know this session, or it has ended',
    nextStep: 'Launch again from the console.',
  },
  'tunnel.forbidden-address': {
    status: 403,
    cause: 'The name of the system leads to an address that a tunnel must not reach',
    nextStep: 'Look at the name server of the site, or enter the system by its address.',
  },
  'tunnel.no-name': {
    status: 502,
    cause: 'The name of the system cannot be resolved at the site',
    nextStep: 'Check the system’s name in the gateway’s settings and the name server of the site.',
  },
  'tunnel.upstream-refused': {
    status: 502,
    cause: 'The system at the site refused the connection',
    nextStep: 'Check that its admin service runs and listens on the port that the gateway has.',
  },
  'tunnel.upstream-unreachable': {
    status: 502,
    cause: 'The system at the site cannot be reached',
    nextStep: 'Check that it is switched on and that the gateway is in a network that reaches it.',
  },
  'tunnel.upstream-timeout': {
    status: 504,
    cause: 'The system at the site did not answer in time',
    nextStep: 'Try again in a moment; if it stays so, look at the system on site.',
  },
  'tunnel.upstream-tls': {
    status: 502,
    cause: 'No encrypted connection to the system at the site was possible',
    nextStep: 'If the system speaks old TLS versions only, the installer may allow them for this system.',
  },
  'tunnel.upstream-certificate': {
    status: 502,
    cause: 'The system at the site shows another certificate than before',
    nextStep: 'Have the customer compare the fingerprint on site and accept the new one in the gateway’s local pages.',
  },
  'tunnel.upstream-broken': {
    status: 502,
    cause: 'The system at the site broke off its answer',
    nextStep: 'Try again; if it happens again, look at the system’s own log.',
  },
  'tunnel.not-connected': {
    status: 503,
    cause: 'The gateway has no tunnel to the cloud at the moment',
    nextStep: 'Check that the gateway is online, then launch again.',
  },
  'tunnel.lost': {
    status: 502,
    cause: 'The tunnel to the gateway was cut',
    nextStep: 'The gateway connects again by itself; reload the page in a moment.',
  },
  'tunnel.silent': {
    status: 504,
    cause: 'The other end of the tunnel has fallen silent',
    nextStep: 'It connects again by itself; check the line of the site if this happens often.',
  },
  'tunnel.busy': {
    status: 503,
    cause: 'Too many connections run through this tunnel',
    nextStep: 'Close pages that you do not need and try again.',
  },
  'tunnel.protocol': {
    status: 502,
    cause: 'The other end of the tunnel does not speak as agreed',
    nextStep: 'Bring gateway and connector to the same version.',
  },
  'launch.link': {
    status: 403,
    cause: 'This link was used, is too old, or is not yours',
    nextStep: 'Go back to the console and click Launch again.',
  },
  'launch.no-session': {
    status: 404,
    cause: 'There is no session at this address',
    nextStep: 'Go back to the console and click Launch again.',
  },
  'launch.no-cookie': {
    status: 401,
    cause: 'This browser does not hold the key of the session',
    nextStep: 'Allow cookies for this address, then launch again from the console.',
  },
  'launch.expired': {
    status: 410,
    cause: 'The session has reached its longest time',
    nextStep: 'Launch again from the console if you need more time.',
  },
  'launch.idle': {
    status: 410,
    cause: 'The session was ended because nothing was done in it for a while',
    nextStep: 'Launch again from the console.',
  },
  'launch.ended': {
    status: 410,
    cause: 'The session was ended',
    nextStep: 'Launch again from the console; if the customer ended it, speak with the customer first.',
  },
  'launch.forbidden': {
    status: 403,
    cause: 'You no longer have the right to launch this system',
    nextStep: 'Ask an admin of the account for the right to launch.',
  },
  'launch.too-many': {
    status: 429,
    cause: 'Too many sessions are open',
    nextStep: 'End sessions that are no longer needed, then launch again.',
  },
  'launch.too-much': {
    status: 410,
    cause: 'More data went through the session than one session may carry',
    nextStep: 'Launch again from the console to go on.',
  },
  'launch.bad-request': {
    status: 400,
    cause: 'The browser sent a request that is not passed on',
    nextStep: 'Reload the page; if it happens again, tell support what you clicked.',
  },
  'launch.foreign-origin': {
    status: 403,
    cause: 'Another web site tried to act in this session',
    nextStep: 'Close the other page; use the system from its own page only.',
  },
} as const;
