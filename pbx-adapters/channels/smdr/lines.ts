/** Longest line that is kept, in bytes; a record has 131 columns. */
const MAX_LINE = 1024;
const LINE_FEED = 0x0a;

/**
 * Divides the stream into lines, whatever the segments it comes in. Memory stays at one line: the rest of a line that is
 * too long is dropped, and the line is handed on as undefined. Bytes are columns (latin1).
 */
export class SmdrLines {
  #held: Buffer = Buffer.alloc(0);
  #tooLong = false;

  /** The lines that are complete with this segment, without their ends; undefined for one that was too long. */
  push(segment: Buffer): (string | undefined)[] {
    const lines: (string | undefined)[] = [];
    let at = 0;
    for (let end = segment.indexOf(LINE_FEED); end !== -1; end = segment.indexOf(LINE_FEED, at)) {
      this.#hold(segment.subarray(at, end));
      lines.push(this.#tooLong ? undefined : this.#held.toString('latin1').replaceAll(/[\r\0]/g, ''));
      this.#held = Buffer.alloc(0);
      this.#tooLong = false;
      at = end + 1;
    }
    this.#hold(segment.subarray(at));
    return lines;
  }

  #hold(part: Buffer): void {
    if (this.#held.length + part.length > MAX_LINE) {
      this.#tooLong = true;
      this.#held = Buffer.alloc(0);
    } else if (!this.#tooLong && part.length > 0) {
      // A copy: a view would keep the whole segment.
      this.#held = Buffer.concat([this.#held, part]);
    }
  }
}
