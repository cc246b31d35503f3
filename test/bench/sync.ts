import { startSlapd } from '#test/support/slapd.ts';
import { changeDepartment, lastSearch, ldapsearchMs } from './directory.ts';
import { type Findings, median, rounded } from './report.ts';
import { firstSync, type Rig, shown, startRig } from './rig.ts';

const PEOPLE = 10_000;
const CHANGED = 100;

/**
 * The way of 10,000 people from a real directory to the API, beside what `ldapsearch` alone takes for the same search.
 * Each round has fresh processes on empty folders, so that nothing is warm; the reference runs in the same round.
 */
export async function sync({ rounds = 5, say }: { rounds?: number; say: (text: string) => void }): Promise<Findings> {
  await using slapd = await startSlapd({ people: PEOPLE });
  const results: Round[] = [];
  await measure(slapd, 'warm-up');
  for (let round = 1; round <= rounds; round += 1) {
    const result = await measure(slapd, `round ${round}`);
    results.push(result);
    say(`round ${round}: ${JSON.stringify(result)}`);
  }
  const middle = (key: keyof Round) => median(results.map((result) => result[key]));
  return {
    bars: [
      { name: 'first sync / ldapsearch', value: rounded(median(results.map(ratio))), limit: 6 },
      { name: 'bytes of the second sync / first', value: rounded(median(results.map(bytesRatio)), 4), limit: 0.02 },
    ],
    figures: {
      people: PEOPLE,
      changed: CHANGED,
      rounds,
      ratios: results.map((result) => rounded(ratio(result))),
      ldapsearchMs: rounded(middle('ldapsearchMs'), 0),
      firstSyncMs: rounded(middle('firstMs'), 0),
      secondSyncMs: rounded(middle('secondMs'), 0),
      anotherPbxMs: rounded(middle('anotherMs'), 0),
      firstBytes: middle('firstBytes'),
      secondBytes: middle('secondBytes'),
    },
  };
}

interface Round {
  ldapsearchMs: number;
  firstMs: number;
  firstBytes: number;
  secondMs: number;
  secondBytes: number;
  /** The first sync of a second PBX by the same processes, whose code is compiled by then. */
  anotherMs: number;
}

const ratio = (round: Round): number => round.firstMs / round.ldapsearchMs;
const bytesRatio = (round: Round): number => round.secondBytes / round.firstBytes;

async function measure(slapd: Awaited<ReturnType<typeof startSlapd>>, department: string): Promise<Round> {
  await using rig = await startRig();
  const before = /attr=/.test(slapd.log()) ? await ldapsearchMs(slapd, lastSearch(slapd)) : undefined;
  let pbx = '';
  const first = await counted(rig, async () => {
    pbx = await firstSync(rig, slapd, PEOPLE);
  });
  // Once before and once after, so that a load that changes meanwhile is in the reference too.
  const after = await ldapsearchMs(slapd, lastSearch(slapd));
  await changeDepartment(slapd, PEOPLE, CHANGED, department);
  const second = await counted(rig, () => shown(rig, pbx, CHANGED, `department:eq:${department}`));
  const another = await counted(rig, () => firstSync(rig, slapd, PEOPLE, 'Another').then(() => undefined));
  return {
    ldapsearchMs: rounded(((before ?? after) + after) / 2, 1),
    firstMs: rounded(first.ms, 1),
    firstBytes: first.bytes,
    secondMs: rounded(second.ms, 1),
    secondBytes: second.bytes,
    anotherMs: rounded(another.ms, 1),
  };
}

/** Time and bytes on the wire between daemon and connector. */
async function counted({ wire }: Rig, work: () => Promise<void>): Promise<{ ms: number; bytes: number }> {
  const [started, bytes] = [performance.now(), wire.bytes()];
  await work();
  return { ms: performance.now() - started, bytes: wire.bytes() - bytes };
}
