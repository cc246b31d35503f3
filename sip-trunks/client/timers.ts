/** Time as the transactions need it; handed in, so that tests go through 32 seconds in none. */
export interface Timers {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Calls once after so many milliseconds, unless the function that it returns is called before. */
  after(ms: number, call: () => void): () => void;
}

export const systemTimers: Timers = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** RFC 3261 section 17.1.1.1, in milliseconds: estimated round trip, longest pause between two sendings, life of a packet. */
export const T1 = 500;
export const T2 = 4000;
export const T4 = 5000;
