/** A sequence number as text whose order is the order of the numbers; 16 digits hold 2^53. */
export const seqKey = (seq: number): string => String(seq).padStart(16, '0');
