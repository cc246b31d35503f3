import { createContext, type ReactNode, use, useEffect, useState } from 'react';

const NowContext = createContext(0);

/** One clock for every age on the page, so that they all turn together. `clock` in milliseconds since the epoch. */
export function NowProvider(props: { clock: () => number; everyMs?: number; children: ReactNode }) {
  const { clock, everyMs = 10_000 } = props;
  const [now, setNow] = useState(clock);
  useEffect(() => {
    const timer = setInterval(() => setNow(clock()), everyMs);
    return () => clearInterval(timer);
  }, [clock, everyMs]);
  return <NowContext value={now}>{props.children}</NowContext>;
}

export const useNow = (): number => use(NowContext);
