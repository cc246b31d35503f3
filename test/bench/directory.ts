/** The directory of the benches, and what it takes by itself. */
import { spawn } from 'node:child_process';
import { escapeDn } from '#test/lab/directory-entries.ts';
import { generatePeople } from '#test/lab/people.ts';
import type { Slapd } from '#test/support/slapd.ts';

/** A search as the server logged it. */
interface LoggedSearch {
  filter: string;
  attributes: string[];
}

/** The last search of the daemon for people, from the server's own log: the reference asks for exactly the same. */
export function lastSearch(slapd: Slapd): LoggedSearch {
  const found = [...slapd.log().matchAll(/SRCH base="ou=people[^\n]*filter="([^\n"]+)"\n[^\n]*SRCH attr=([^\n]+)/g)].at(
    -1,
  );
  if (found?.[1] === undefined || found[2] === undefined) throw new Error('slapd logged no search for people');
  return { filter: found[1], attributes: found[2].trim().split(' ') };
}

/** Milliseconds of a paged ldapsearch (500 a page) of all people, its output thrown away. */
export function ldapsearchMs(slapd: Slapd, { filter, attributes }: LoggedSearch): Promise<number> {
  const access = ['-x', '-H', `ldap://${slapd.host}:${slapd.port}`, '-D', slapd.bindDn, '-w', slapd.password];
  const args = [...access, '-LLL', '-E', 'pr=500/noprompt', '-b', slapd.baseDn, filter, ...attributes];
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn('ldapsearch', args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(performance.now() - started);
      else reject(new Error(`ldapsearch ended with ${code}`));
    });
  });
}

/** Moves `count` people of a directory of `people` into a department. */
export async function changeDepartment(slapd: Slapd, people: number, count: number, department: string): Promise<void> {
  const records: string[] = [];
  for (const person of generatePeople({ count: people })) {
    // Every tenth is a record of another class, without this attribute.
    if (person.index % 10 === 9 || records.length === count) continue;
    const dn = `cn=${escapeDn(person.name)}+uid=${person.loginId},${slapd.baseDn}`;
    records.push(
      `dn:: ${Buffer.from(dn).toString('base64')}\nchangetype: modify\nreplace: departmentNumber\ndepartmentNumber: ${department}\n`,
    );
  }
  await slapd.modify(records.join('\n'));
}
