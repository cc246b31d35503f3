import type { Readable } from 'node:stream';
import { type Clock, instant } from '#config/clock.ts';
import type { Log } from '#config/log.ts';
import { CommandName, CommandState, isFinal } from '#contract/commands.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { GatewayAddress } from '#contract/topics.ts';
import { UPLOADING_COMMANDS, type UploadKind, type UploadPart } from '#contract/uploads.ts';
import { recordEvent } from '../history/record-event.ts';
import type { Store, Work } from '../store/store.ts';
import { makeRoom, removeUpload } from './room.ts';
import type { UploadRow } from './upload-dto.ts';
import type { FilePlace, UploadFiles } from './upload-files.ts';

/** How long after its end a command's file is still taken, in milliseconds: the news of its end may overtake the file. */
const GRACE_MS = 10 * 60_000;

/** What is on the disk of one upload; `sha256` is of the file that it is a part of. */
export interface UploadProgress {
  offset: number;
  complete: boolean;
  sha256?: string;
}

/** The part does not fit to what is on the disk; tells the sender where to go on. */
export class WrongOffset extends DemarcError {
  readonly progress: UploadProgress;

  constructor(progress: UploadProgress) {
    super('upload.wrong-offset', `offset ${progress.offset}`);
    this.progress = progress;
  }
}

/** A part under way, so that a newer connection can take over from one that hangs. */
interface Active {
  stop: AbortController;
  done: Promise<unknown>;
}

/**
 * Takes the files that gateways bring for a command. An offset is acknowledged only when so much is safe on the disk, so a
 * death of either side costs nothing that was acknowledged. The file's size is the offset: there is no second account of
 * it that could differ.
 */
export class Uploads {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #files: UploadFiles;
  readonly #active = new Map<string, Active>();

  constructor(options: { store: Store; clock: Clock; log: Log; files: UploadFiles }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log.child({ part: 'uploads' });
    this.#files = options.files;
  }

  /** How far the upload of this command is. @throws DemarcError `upload.not-expected` */
  async progress(address: GatewayAddress, command: string): Promise<UploadProgress> {
    const row = await this.#row(address, command);
    if (row === undefined) await this.#expected(address, command);
    return this.#progressOf(row);
  }

  /**
   * Appends a part. A file with another digest than the unfinished one replaces it.
   * @throws WrongOffset; DemarcError `upload.not-expected`, `upload.complete`, `upload.superseded`, `upload.damaged`,
   * `upload.no-room`, `api.too-large`
   */
  async take(address: GatewayAddress, command: string, part: UploadPart, body: Readable): Promise<UploadProgress> {
    const before = this.#active.get(command);
    const active: Active = { stop: new AbortController(), done: Promise.resolve() };
    this.#active.set(command, active);
    const work = async () => {
      before?.stop.abort(new DemarcError('upload.superseded'));
      await before?.done;
      active.stop.signal.throwIfAborted();
      return this.#take(address, command, part, body, active.stop.signal);
    };
    const result = work();
    active.done = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      if (this.#active.get(command) === active) this.#active.delete(command);
    }
  }

  /** Cuts what is under way and waits until it is safe on the disk. */
  async stop(): Promise<void> {
    const active = [...this.#active.values()];
    for (const { stop } of active) stop.abort(new DemarcError('api.unavailable'));
    await Promise.all(active.map(({ done }) => done));
  }

  async #take(
    address: GatewayAddress,
    command: string,
    part: UploadPart,
    body: Readable,
    signal: AbortSignal,
  ): Promise<UploadProgress> {
    const known = await this.#row(address, command);
    if (known?.completed_at) throw new DemarcError('upload.complete');
    const { kind, issuer } = await this.#expected(address, command);
    const same = known?.sha256 === part['upload-sha256'] && known.bytes === part['upload-length'];
    const row =
      known !== undefined && same ? known : await this.#begin(address, { command, kind, issuer }, part, known);
    const place: FilePlace = { account: address.account, command };
    const onDisk = await this.#files.size(place);
    if (onDisk !== part['upload-offset']) throw new WrongOffset(await this.#progressOf(row));
    const offset = await this.#files.append(place, body, row.bytes, signal);
    if (offset < row.bytes) return { offset, complete: false, sha256: row.sha256 };
    await this.#finish(row, place);
    return { offset, complete: true, sha256: row.sha256 };
  }

  /** The first part of a file: what there was of another one goes. */
  async #begin(
    address: GatewayAddress,
    { command, kind, issuer }: { command: string; kind: UploadKind; issuer: string },
    part: UploadPart,
    known: UploadRow | undefined,
  ): Promise<UploadRow> {
    if (part['upload-offset'] !== 0) throw new WrongOffset({ offset: 0, complete: false });
    await makeRoom({ store: this.#store, files: this.#files }, address.account, {
      bytes: part['upload-length'],
      instead: known,
    });
    await this.#files.remove({ account: address.account, command });
    return this.#store.write(async (work) => {
      await work.db.deleteFrom('upload').where('command_id', '=', command).execute();
      const row: UploadRow = {
        id: work.newId(),
        account_id: address.account,
        gateway_id: address.gateway,
        command_id: command,
        kind,
        file_name: part['upload-name'],
        bytes: part['upload-length'],
        sha256: part['upload-sha256'],
        requested_by: issuer,
        created_at: instant(this.#clock),
        completed_at: null,
      };
      await work.db.insertInto('upload').values(row).execute();
      return row;
    });
  }

  /** Nothing is shown, or told to be whole, before it is what the gateway sent. */
  async #finish(row: UploadRow, place: FilePlace): Promise<void> {
    if ((await this.#files.digest(place)) !== row.sha256) {
      await removeUpload({ store: this.#store, files: this.#files }, row);
      throw new DemarcError('upload.damaged');
    }
    await this.#store.write(async (work) => {
      await work.db
        .updateTable('upload')
        .set({ completed_at: instant(this.#clock) })
        .where('id', '=', row.id)
        .execute();
      await this.#recordArrival(work, row);
      work.changed({ topic: 'upload', account: row.account_id, ref: row.id });
    });
    this.#log.info({ upload: row.id, command: row.command_id, bytes: row.bytes }, 'a gateway’s file has arrived');
  }

  async #recordArrival(work: Work, row: UploadRow): Promise<void> {
    const gateway = await work.db
      .selectFrom('gateway')
      .select('name')
      .where('id', '=', row.gateway_id)
      .executeTakeFirst();
    await recordEvent(
      work,
      {
        account: row.account_id,
        gateway: row.gateway_id,
        actor: { id: row.gateway_id, name: gateway?.name ?? 'Unknown', kind: 'gateway' },
        action: 'Report',
        type: 'Gateway',
        asset: 'Gateway',
        assetId: row.gateway_id,
        name: 'upload.received',
        message: `${row.file_name} arrived`,
        details: { upload: row.id, command: row.command_id, bytes: row.bytes, sha256: row.sha256 },
      },
      this.#clock,
    );
  }

  async #progressOf(row: UploadRow | undefined): Promise<UploadProgress> {
    if (row === undefined) return { offset: 0, complete: false };
    if (row.completed_at !== null) return { offset: row.bytes, complete: true, sha256: row.sha256 };
    const offset = await this.#files.size({ account: row.account_id, command: row.command_id });
    return { offset, complete: false, sha256: row.sha256 };
  }

  #row({ account, gateway }: GatewayAddress, command: string): Promise<UploadRow | undefined> {
    return this.#store.db
      .selectFrom('upload')
      .selectAll()
      .where('command_id', '=', command)
      .where('account_id', '=', account)
      .where('gateway_id', '=', gateway)
      .executeTakeFirst();
  }

  /** A command of this very gateway that brings a file and runs, or has just ended. */
  async #expected(
    { account, gateway }: GatewayAddress,
    command: string,
  ): Promise<{ kind: UploadKind; issuer: string }> {
    const row = await this.#store.db
      .selectFrom('command')
      .select(['name', 'state', 'updated_at', 'issuer_name'])
      .where('id', '=', command)
      .where('account_id', '=', account)
      .where('gateway_id', '=', gateway)
      .executeTakeFirst();
    const name = CommandName.safeParse(row?.name);
    const kind = name.success ? UPLOADING_COMMANDS[name.data] : undefined;
    if (row === undefined || kind === undefined) throw new DemarcError('upload.not-expected');
    const over = isFinal(CommandState.parse(row.state)) && Date.parse(row.updated_at) + GRACE_MS < this.#clock.now();
    if (over) throw new DemarcError('upload.not-expected', `the command is ${row.state}`);
    return { kind, issuer: row.issuer_name };
  }
}
