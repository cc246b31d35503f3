/** The token of a one-time link. It stands behind the # so that it reaches no server log. */
export const tokenOf = (hash: string): string | undefined =>
  new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? undefined;
