import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';

interface Layers {
  /** Those that are open, the one in front last. */
  open: readonly symbol[];
  set: (change: (open: readonly symbol[]) => readonly symbol[]) => void;
}
const LayersContext = createContext<Layers | undefined>(undefined);

/** Knows which dialogs and drawers lie over each other. */
export function LayersProvider(props: { children: ReactNode }) {
  const [open, set] = useState<readonly symbol[]>([]);
  const layers = useMemo(() => ({ open, set }), [open]);
  return <LayersContext value={layers}>{props.children}</LayersContext>;
}

/** Whether this one lies in front of all others: Escape closes that alone, not everything that lies below it. */
export function useInFront(opened: boolean): boolean {
  const layers = use(LayersContext);
  if (layers === undefined) throw new Error('useInFront needs a LayersProvider');
  const [self] = useState(() => Symbol('layer'));
  const { open, set } = layers;
  useEffect(() => {
    if (!opened) return undefined;
    set((others) => [...others, self]);
    return () => set((others) => others.filter((one) => one !== self));
  }, [opened, self, set]);
  return open.at(-1) === self;
}
