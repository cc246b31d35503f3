import { useState } from 'react';
import type { z } from 'zod';
import { useApi } from '#web/kit/api/context.tsx';

/**
 * What a form edits: the entry as it was read (undefined for a new one), the draft made of it, and the way to begin anew
 * with the newest when somebody else was quicker.
 */
export function useEdited<T extends { id: string }, Draft extends object>(options: {
  /** Path of the API, as `/dids`. */
  path: string;
  schema: z.ZodType<T>;
  entry: T | undefined;
  draftOf: (entry: T | undefined) => Draft;
}) {
  const { path, schema, draftOf } = options;
  const api = useApi();
  const [base, setBase] = useState(options.entry);
  const [draft, setDraft] = useState(() => draftOf(options.entry));
  return {
    base,
    draft,
    set: (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change })),
    takeNewest: async () => {
      if (base === undefined) return;
      const newest = await api.get(`${path}/${base.id}`, schema);
      setBase(newest);
      setDraft(draftOf(newest));
    },
  };
}
