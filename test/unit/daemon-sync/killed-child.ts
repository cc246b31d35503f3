// Syncs without end, each time with other users, until it is killed. Arguments: folder, boot.
import { engineIn, PBX, people, ScriptedPbx } from './support.ts';

const [folder = '', boot = '1'] = process.argv.slice(2);
const pbx = new ScriptedPbx();
const { engine } = await engineIn(folder, Number(boot), pbx);
process.stdout.write('ready\n');
for (let version = Number(boot) * 1000; ; version += 1) {
  // Each version lacks 1 % of the people and changes 10 % of them.
  pbx.people = people(3000)
    .filter((_, index) => (index * 7 + version) % 100 !== 0)
    .map((user, index) => ((index + version) % 10 === 0 ? { ...user, department: `Version ${version}` } : user));
  await engine.run(PBX, { trigger: 'schedule', full: version % 4 === 0 }, new AbortController().signal);
  process.stdout.write('synced\n');
}
