/** Errors of the daemon's local API, of its start, and of the command line. */
export const daemonErrors = {
  'daemon.bad-token': {
    status: 401,
    cause: 'The request does not carry the right access token of this gateway',
    nextStep: 'Run the command as root or as the daemon’s own user: the token is in its state folder.',
  },
  'daemon.too-many-tries': {
    status: 429,
    cause: 'Too many requests with a wrong access token',
    nextStep: 'Wait a minute, then use the token from the daemon’s state folder.',
  },
  'daemon.too-large': {
    status: 413,
    cause: 'The request is larger than allowed',
    nextStep: 'A request may have 1 MiB, a form export 32 MiB; send a smaller file.',
  },
  'daemon.wrong-method': {
    status: 405,
    cause: 'This address does not take this kind of request',
    nextStep: 'See the Allow header for what it takes.',
  },
  'daemon.starting': {
    status: 503,
    cause: 'The daemon is still starting',
    nextStep: 'Ask again in a few seconds; if it goes on, read its log.',
  },
  'daemon.not-running': {
    status: 503,
    cause: 'The daemon does not answer on this machine',
    nextStep:
      'Start it (systemctl start demarc-daemon, or demarc-daemon), or set DEMARC_DAEMON_STATE to its state folder.',
  },
  'daemon.no-access': {
    status: 403,
    cause: 'The daemon’s access token cannot be read',
    nextStep: 'Run the command as root or as the daemon’s own user.',
  },
  'daemon.port-taken': {
    status: 500,
    cause: 'Another program uses the port of the daemon’s local pages',
    nextStep: 'Stop that program, or choose another port with DEMARC_WEB_PORT.',
  },
  'daemon.certificate-failed': {
    status: 500,
    cause: 'The certificate of the daemon’s local pages could not be made',
    nextStep: 'Read the detail; the daemon tries again at its next start.',
  },
} as const;
