/** Bytes of a piece of memory; an address is the number of the piece and a place in it. */
const PIECE_BITS = 16;
const PIECE = 1 << PIECE_BITS;
/** Before each text: length of the key, room for the text, length of the text. */
const HEAD = 10;
/** In place of the length of a text that another has replaced. */
const DEAD = 0xffff_ffff;
const MOST_KEY_BYTES = 0xffff;

/**
 * Texts by key as bytes outside of V8's heap, for lists that have to be joined: about 20 bytes for an entry besides the
 * bytes of its key and its text, where a map of objects takes several hundred. Keys and texts are valid Unicode.
 */
export class CompactTexts {
  readonly #pieces: Buffer[] = [];
  /** Addresses plus one, by the hash of the key; the next free place is taken when there is another key. */
  #slots = new Uint32Array(64);
  /** Where the last piece is free. */
  #free = PIECE;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(key: string): boolean {
    return this.#slots[this.#slotOf(Buffer.from(key))] !== 0;
  }

  get(key: string): string | undefined {
    const found = this.#slots[this.#slotOf(Buffer.from(key))] ?? 0;
    return found === 0 ? undefined : this.#textAt(found - 1);
  }

  /** Takes the place of what was there. @throws RangeError for a key of more than 65,535 bytes */
  set(key: string, text: string): void {
    const name = Buffer.from(key);
    if (name.length > MOST_KEY_BYTES) throw new RangeError('the key is too long');
    const length = Buffer.byteLength(text);
    const found = this.#slots[this.#slotOf(name)] ?? 0;
    if (found !== 0) {
      const { piece, at } = this.#place(found - 1);
      if (piece.readUInt32LE(at + 2) >= length) {
        piece.writeUInt32LE(length, at + 6);
        piece.write(text, at + HEAD + name.length);
        return;
      }
      piece.writeUInt32LE(DEAD, at + 6);
    } else {
      this.#size += 1;
      if (this.#size * 4 > this.#slots.length * 3) this.#widen();
    }
    this.#slots[this.#slotOf(name)] = this.#append(name, text, length) + 1;
  }

  /** In the order in which they came; one that had to move to a larger place comes at that place. */
  *[Symbol.iterator](): Generator<[key: string, text: string], void, void> {
    for (const address of this.#addresses()) {
      const { piece, at } = this.#place(address);
      const end = at + HEAD + piece.readUInt16LE(at);
      yield [piece.toString('utf8', at + HEAD, end), this.#textAt(address)];
    }
  }

  #append(name: Buffer, text: string, length: number): number {
    const bytes = HEAD + name.length + length;
    if (this.#free + bytes > PIECE) {
      // One that is longer than a piece has a piece of its own.
      this.#pieces.push(Buffer.allocUnsafeSlow(Math.max(PIECE, bytes)));
      this.#free = 0;
    }
    const [number, at] = [this.#pieces.length - 1, this.#free];
    const { piece } = this.#place(number * PIECE + at);
    piece.writeUInt16LE(name.length, at);
    piece.writeUInt32LE(length, at + 2);
    piece.writeUInt32LE(length, at + 6);
    name.copy(piece, at + HEAD);
    piece.write(text, at + HEAD + name.length);
    this.#free = at + bytes;
    // The end of a piece is where nothing more is written.
    if (this.#free + HEAD <= piece.length) piece.fill(0xff, this.#free, this.#free + HEAD);
    return number * PIECE + at;
  }

  /** All that were not replaced, by walking over the pieces. */
  *#addresses(): Generator<number, void, void> {
    for (const [number, piece] of this.#pieces.entries()) {
      let at = 0;
      while (at + HEAD <= piece.length) {
        const [key, room, length] = [piece.readUInt16LE(at), piece.readUInt32LE(at + 2), piece.readUInt32LE(at + 6)];
        if (room === DEAD) break;
        if (length !== DEAD) yield number * PIECE + at;
        at += HEAD + key + room;
      }
    }
  }

  #widen(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (const address of this.#addresses()) {
      const { piece, at } = this.#place(address);
      const name = piece.subarray(at + HEAD, at + HEAD + piece.readUInt16LE(at));
      this.#slots[this.#slotOf(name)] = address + 1;
    }
  }

  /** Where the key is, or the free place where it belongs. */
  #slotOf(name: Buffer): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(name) & mask;
    for (;;) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0 || this.#isKeyAt(found - 1, name)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #isKeyAt(address: number, name: Buffer): boolean {
    const { piece, at } = this.#place(address);
    const length = piece.readUInt16LE(at);
    return length === name.length && piece.compare(name, 0, length, at + HEAD, at + HEAD + length) === 0;
  }

  #textAt(address: number): string {
    const { piece, at } = this.#place(address);
    const from = at + HEAD + piece.readUInt16LE(at);
    return piece.toString('utf8', from, from + piece.readUInt32LE(at + 6));
  }

  #place(address: number): { piece: Buffer; at: number } {
    const piece = this.#pieces[address >>> PIECE_BITS];
    if (piece === undefined) throw new RangeError(`nothing is at ${address}`);
    return { piece, at: address & (PIECE - 1) };
  }
}

/** Several texts as one that is not empty, whatever is in them; at least two. */
export const joinTexts = (texts: readonly string[]): string =>
  texts.map((text) => (/[\\\0]/.test(text) ? text.replaceAll('\\', '\\\\').replaceAll('\0', '\\0') : text)).join('\0');

/** What `joinTexts` joined. */
export const splitTexts = (joined: string): string[] =>
  joined
    .split('\0')
    .map((text) =>
      text.includes('\\') ? text.replaceAll(/\\([\\0])/g, (_, what) => (what === '0' ? '\0' : '\\')) : text,
    );

/** FNV-1a, 32 bits. */
function hashOf(name: Buffer): number {
  let hash = 0x811c_9dc5;
  for (const byte of name) hash = Math.imul(hash ^ byte, 0x0100_0193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
