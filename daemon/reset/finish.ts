import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { z } from 'zod';
import { readFileIfThere, removeFile } from '#config/atomic-file.ts';
import { ConfigFile } from '#config/daemon-settings.ts';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { endTunnelProcess } from '../tunnels/end-process.ts';
import { FormerAccount, type ResetKind, type ResetMarker, ResetMarkerFile } from './marker.ts';

interface Places {
  stateFolder: string;
  configFile: string;
}

/** Names in the state folder. The first ones make everything sealed unreadable and the gateway a stranger to the cloud. */
const IDENTITY = /^(identity(\.new)?\.json|key-[0-9a-f]{16}\.pem)(\.good|\.tmp)?$/;
const FIRST = /^(device\.key|admin-token|setup-secret|local-access\.json|cloud-ca\.pem)(\.good|\.tmp)?$/;
/** A gateway that has left its account is set up anew; who may do so stays. */
const SETUP = /^wizard\.json(\.good|\.tmp)?$/;
const ENROLMENT = /^enrolment\.json(\.good|\.tmp)?$/;
const STORE = /^(store($|[.-])|outbox\.mark)/;
/** Which systems at the site may be reached, and who was there: the next account must not inherit the consent. */
const TUNNELS = /^(tunnels\.json(\.good|\.tmp)?|tunnel-sessions\.ndjson(\.1)?)$/;
const MARKER = /^reset\.json(\.good|\.tmp)?$/;
const FORMER = /^former-account\.json(\.good|\.tmp)?$/;
/**
 * What a wipe leaves: compiled code, the programs of an update, and network settings that wait to be confirmed, which
 * must still be taken back. The network stays as it is, for a gateway that is wiped from afar must stay reachable.
 */
const KEPT = /^(compile-cache|slots(\.json)?(\.good|\.tmp)?|launcher|network\.json(\.good|\.tmp)?|lost\+found)$/;

/**
 * Does what an earlier process put on disk as due, before anything is opened; each step may be cut short and is done
 * again by the next start. Answers what was done, undefined when there was nothing.
 * @throws DemarcError `config.unwritable`, `config.unreadable`, and what the file system says
 */
export async function finishReset(places: Places): Promise<ResetMarker | undefined> {
  const file = new ResetMarkerFile(places.stateFolder);
  const marker = await readable(file);
  if (marker?.phase !== 'due') return undefined;
  await endTunnelProcess(places.stateFolder);
  await steps[marker.kind](places);
  await file.remove();
  return marker;
}

/** A marker that nobody can read, in neither copy, must not keep the gateway from starting for ever. */
async function readable(file: ResetMarkerFile): Promise<ResetMarker | undefined> {
  try {
    return await file.load();
  } catch (error) {
    if (toDemarcError(error).code !== 'config.invalid') throw error;
    await file.remove();
    return undefined;
  }
}

const steps: Readonly<Record<ResetKind, (places: Places) => Promise<void>>> = {
  wipe: async ({ stateFolder, configFile }) => {
    await removeNamed(stateFolder, (name) => IDENTITY.test(name) || FIRST.test(name));
    for (const suffix of ['.good', '.tmp', '']) await removeFile(`${configFile}${suffix}`);
    await removeNamed(stateFolder, (name) => !KEPT.test(name) && !MARKER.test(name));
  },
  release: async (places) => {
    const { stateFolder } = places;
    await rememberAccount(stateFolder);
    await removeNamed(
      stateFolder,
      (name) =>
        IDENTITY.test(name) || ENROLMENT.test(name) || STORE.test(name) || TUNNELS.test(name) || SETUP.test(name),
    );
    const config = await ConfigFile.load(places.configFile);
    await config.update((before) => {
      delete before.cloud;
      return before;
    });
    await removeNamed(stateFolder, (name) => name === 'cloud-ca.pem');
  },
  move: async (places) => {
    const { stateFolder } = places;
    const pending = await pendingKey(stateFolder);
    await removeNamed(
      stateFolder,
      (name) => (IDENTITY.test(name) && name !== pending) || STORE.test(name) || TUNNELS.test(name),
    );
    const config = await ConfigFile.load(places.configFile);
    await config.update((before) => ({ ...before, pbxs: before.pbxs.map((pbx) => ({ ...pbx, id: ulid() })) }));
    await removeNamed(stateFolder, (name) => FORMER.test(name));
  },
};

const Issued = z.object({ account: z.string() });
const Pending = z.object({ keyFile: z.string() });

/** Before the identity goes: under which account its PBXs are known. */
async function rememberAccount(folder: string): Promise<void> {
  const account = (await jsonOf(join(folder, 'identity.json'), Issued))?.account;
  if (account !== undefined) await new FormerAccount(folder).save(account);
}

/** The key of the enrolment under way, which goes on after a move. */
const pendingKey = async (folder: string): Promise<string | undefined> =>
  (await jsonOf(join(folder, 'enrolment.json'), Pending))?.keyFile;

async function jsonOf<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  for (const candidate of [path, `${path}.good`]) {
    const text = await readFileIfThere(candidate);
    if (text === undefined) continue;
    try {
      const parsed = schema.safeParse(JSON.parse(text));
      if (parsed.success) return parsed.data;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

async function removeNamed(folder: string, goes: (name: string) => boolean): Promise<void> {
  // A good copy brings its document back, so it goes first.
  const names = (await readdir(folder)).toSorted((a, b) => Number(b.endsWith('.good')) - Number(a.endsWith('.good')));
  for (const name of names) if (goes(name)) await rm(join(folder, name), { recursive: true, force: true });
  // Makes the removals durable before the next step.
  await removeFile(join(folder, '.none'));
}
