/** Errors of looking for PBXs on the site's network. */
export const discoveryErrors = {
  'discovery.bad-range': {
    status: 422,
    cause: 'This is no range of IPv4 addresses that can be searched',
    nextStep: 'Write it as address and prefix length, for example 192.168.10.0/24, within one site’s network.',
  },
  'discovery.too-many-addresses': {
    status: 422,
    cause: 'The ranges hold more than 4,096 addresses',
    nextStep: 'Search the networks of the telephone systems only, one after the other if need be.',
  },
  'discovery.no-network': {
    status: 422,
    cause: 'This gateway has no IPv4 network of its own to search',
    nextStep: 'Check its network, or name the range to search.',
  },
  'discovery.running': {
    status: 409,
    cause: 'A search is running already',
    nextStep: 'Wait for its end or cancel it; its candidates are shown as they are found.',
  },
} as const;
