import { z } from 'zod';
import { Id } from '#contract/ids.ts';
import { TrunkRecord } from '#pbx-adapters/trunk-provisioner.ts';
import type { Table } from '../store/table.ts';

/** What Demarc has made of a trunk, and on which PBX. */
const StoredRecord = z.object({ pbx: Id, record: TrunkRecord });
export type StoredRecord = z.infer<typeof StoredRecord>;

/** The part of the daemon's store that it needs. */
export interface RecordStore {
  table(name: string, schema: typeof StoredRecord): Table<StoredRecord>;
}

/** By trunk. It tells the routes of Demarc from those of others, so it outlives the trunk in the cloud. */
export const trunkRecords = (store: RecordStore): Table<StoredRecord> => store.table('trunk-records', StoredRecord);
