/** What a JSON value of another program holds, each field unknown; nothing when it is no object. */
export const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
