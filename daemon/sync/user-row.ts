/** A user of a generation as the store keeps it. */
import { hash } from 'node:crypto';
import type { UserRecord } from '#contract/users.ts';

const HASH_LENGTH = 22;
const HASH_AT = '{"hash":"'.length;
const AFTER_HASH = HASH_AT + HASH_LENGTH + 1;
const KEPT = ',"kept":true';
const USER = ',"user":';

/**
 * The record as the JSON that is sent, with its hash and whether it is only there because a person decided to keep it
 * although the PBX has it no more. The row is JSON too, with parts at fixed places: what a run mostly does, comparing
 * hashes and sending records on, needs no parsing.
 */
export class UserRow {
  readonly text: string;
  readonly #json: string | undefined;

  /** @param text a row, as `text` of another one gives it; `json` its record, where that is at hand */
  constructor(text: string, json?: string) {
    this.text = text;
    this.#json = json;
  }

  /** The same content always gives the same row: the normaliser sets the fields of a record in one order. */
  static of(user: UserRecord, kept = false): UserRow {
    const json = JSON.stringify(user);
    const digest = hash('sha256', json, 'base64url').slice(0, HASH_LENGTH);
    return new UserRow(`{"hash":"${digest}"${kept ? KEPT : ''}${USER}${json}}`, json);
  }

  /** Of everything that the cloud is sent of the user. */
  get hash(): string {
    return this.text.slice(HASH_AT, HASH_AT + HASH_LENGTH);
  }

  get kept(): boolean {
    return this.text.startsWith(KEPT, AFTER_HASH);
  }

  /** The record as it is sent. */
  get json(): string {
    return this.#json ?? this.text.slice(AFTER_HASH + (this.kept ? KEPT.length : 0) + USER.length, -1);
  }

  /** A field of the record that is text, without parsing the others; as `user` has it. */
  field(name: 'email' | 'extension'): string | undefined {
    // Within a text of JSON every quote has a backslash before it, so this finds the field and nothing else.
    const lead = `,"${name}":"`;
    const at = this.text.indexOf(lead);
    if (at < 0) return undefined;
    const from = at + lead.length;
    const value = this.text.slice(from, this.text.indexOf('"', from));
    return value.includes('\\') ? this.user[name] : value;
  }

  /** The record, parsed anew each time. */
  get user(): UserRecord {
    return JSON.parse(this.json) as UserRecord;
  }
}
