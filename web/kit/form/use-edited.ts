import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

/** What a form's frame needs of what is edited in it. */
export interface Edited {
  /** Whether anything is there that would be lost. */
  changed: boolean;
  save: { error: unknown; isPending: boolean; mutate: () => void };
  /** Reads the thing anew and fills the form with it; only for forms that change what is there. */
  newest?: { error: unknown; isPending: boolean; mutate: () => void };
}

/**
 * What a form edits: the entry as it was read (undefined for a new one), the draft made of it, and the ways to save it
 * and to begin anew with the newest when somebody else was quicker.
 */
export function useEdited<T, Draft extends object, Saved>(options: {
  entry: T;
  draftOf: (entry: T) => Draft;
  /** The newest of what is edited; undefined when it is gone. */
  read?: (base: T) => Promise<T | undefined>;
  onGone?: () => void;
  /** What changes with each version of the entry: a form that nobody has touched follows the newest that is given. */
  version?: (entry: T) => unknown;
  save: (draft: Draft, base: T) => Promise<Saved>;
  onSaved: (saved: Saved, draft: Draft) => unknown;
}) {
  const { draftOf, read } = options;
  const [base, setBase] = useState(options.entry);
  const [draft, setDraft] = useState(() => draftOf(options.entry));
  const begin = (entry: T) => {
    setBase(entry);
    setDraft(draftOf(entry));
  };
  const save = useMutation({
    mutationFn: () => options.save(draft, base),
    onSuccess: (saved) => options.onSaved(saved, draft),
  });
  const newest = useMutation({
    mutationFn: async () => read?.(base),
    onSuccess: (entry) => {
      if (entry === undefined) return options.onGone?.();
      begin(entry);
      save.reset();
    },
  });
  // What is on its way is no longer lost by leaving; what was refused is.
  const isSent = save.isPending || save.isSuccess;
  const edited: Edited = {
    changed: !isSent && JSON.stringify(draft) !== JSON.stringify(draftOf(base)),
    save,
    ...(read && { newest }),
  };
  const version = options.version?.(options.entry);
  const [seen, setSeen] = useState(version);
  if (version !== seen) {
    setSeen(version);
    if (!edited.changed) begin(options.entry);
  }
  return {
    base,
    draft,
    set: (change: Partial<Draft>) => {
      setDraft((before) => ({ ...before, ...change }));
      // A page goes on being edited after it was saved.
      if (save.isSuccess) save.reset();
    },
    begin,
    saved: save.data,
    edited,
  };
}
