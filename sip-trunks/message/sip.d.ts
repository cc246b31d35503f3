/** The two functions of npm `sip` that are used; its transports and transactions are not (docs/decisions, design section 12). */
declare module 'sip' {
  const sip: {
    /** Undefined for what it cannot read; what it reads has no form that can be relied on. */
    parse(text: string): unknown;
    stringify(message: unknown): string;
  };
  export default sip;
}
