import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Longest line that is taken, in bytes. */
const MAX_LINE = 16 * 1024;
/** Most that one command may give, in bytes: far above 100,000 extensions. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/** Divides output into lines, whatever the pieces it comes in. Lines are byte strings (latin1): columns count bytes. */
export class LineSplitter {
  #rest = '';
  #bytes = 0;

  /** The lines that are complete with this piece, without their ends. @throws DemarcError `ssh.too-much` */
  push(piece: Buffer): string[] {
    this.#bytes += piece.length;
    if (this.#bytes > MAX_OUTPUT) throw new DemarcError('ssh.too-much', `more than ${MAX_OUTPUT} bytes`);
    const lines = (this.#rest + piece.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of [this.#rest, ...lines]) {
      if (line.length > MAX_LINE) throw new DemarcError('ssh.too-much', `a line of more than ${MAX_LINE} bytes`);
    }
    return lines.map(withoutReturn);
  }

  /** What stands after the last line end: a line of its own once the output is known to be complete. */
  end(): string[] {
    const last = withoutReturn(this.#rest);
    this.#rest = '';
    return last === '' ? [] : [last];
  }
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);
