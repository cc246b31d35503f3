import type { Shelf } from './shelf.ts';
import { UserRow } from './user-row.ts';

/** All users of a PBX as one run found them. */
export class Generation {
  readonly #shelf: Shelf<string>;

  constructor(shelf: Shelf<string>) {
    this.#shelf = shelf;
  }

  /** In the order of the keys' UTF-8 bytes, some at a time. */
  async *pages(): AsyncGenerator<[string, UserRow][]> {
    for await (const page of this.#shelf.pages()) yield page.map(([key, text]) => [key, new UserRow(text)]);
  }

  async has(key: string): Promise<boolean> {
    return (await this.#shelf.get(key)) !== undefined;
  }

  /** Takes a row; `room` is to be awaited before many more. */
  put(key: string, row: UserRow): void {
    this.#shelf.put(key, row.text);
  }

  /** @throws DemarcError `store.full` */
  room(): Promise<void> | undefined {
    return this.#shelf.room();
  }

  /** @throws DemarcError `store.full` */
  flush(): Promise<void> {
    return this.#shelf.flush();
  }

  count(): Promise<number> {
    return this.#shelf.count();
  }
}
