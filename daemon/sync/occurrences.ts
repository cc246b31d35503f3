const START_SLOTS = 4096;

/**
 * How often each text was seen, told only as 0, 1 or 2 (twice or more), in about 20 bytes a text however long it is:
 * texts are remembered by a 53-bit hash. Two of 100,000 texts share one with a chance of about 1 in 2 million, so what
 * must be exact asks the store when this says "seen".
 */
export class Occurrences {
  #hashes = new Float64Array(START_SLOTS);
  #seen = new Uint8Array(START_SLOTS);
  #size = 0;
  /** Whether any text was seen twice. */
  anyTwice = false;

  /** Counts the text once more. @returns how often it had been seen before */
  add(text: string): number {
    if (this.#size * 2 >= this.#hashes.length) this.#grow();
    const hash = hash53(text);
    const slot = this.#slot(hash);
    const before = this.#seen[slot] ?? 0;
    if (before === 0) {
      this.#hashes[slot] = hash;
      this.#size += 1;
    }
    if (before < 2) this.#seen[slot] = before + 1;
    if (before > 0) this.anyTwice = true;
    return before;
  }

  /** 0, 1, or 2 for twice and more. */
  count(text: string): number {
    return this.#seen[this.#slot(hash53(text))] ?? 0;
  }

  #slot(hash: number): number {
    const slots = this.#hashes.length;
    let slot = hash % slots;
    while (this.#seen[slot] !== 0 && this.#hashes[slot] !== hash) slot = slot + 1 === slots ? 0 : slot + 1;
    return slot;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const seen = this.#seen;
    this.#hashes = new Float64Array(hashes.length * 2);
    this.#seen = new Uint8Array(hashes.length * 2);
    hashes.forEach((hash, index) => {
      const count = seen[index] ?? 0;
      if (count === 0) return;
      const slot = this.#slot(hash);
      this.#hashes[slot] = hash;
      this.#seen[slot] = count;
    });
  }
}

/** Two multiplicative 32-bit hashes side by side, mixed and cut to the 53 bits that a number holds exactly. */
function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
