/** The lab itself: what others rely on when they test against it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { generatePeople } from '#test/lab/people.ts';
import { adapterParts, collect } from '#test/support/adapter-parts.ts';

describe('the lab', () => {
  it('makes the same people each time, with the irregularities that were asked for', () => {
    const make = () => [
      ...generatePeople({ count: 2000, seed: 3, irregular: { missingEmail: 0.1, duplicateExtension: 0.1 } }),
    ];
    const people = make();
    expect(make()).toEqual(people);
    expect(new Set(people.map((person) => person.uuid)).size).toBe(2000);
    const share = (count: number) => count / people.length;
    expect(share(people.filter((person) => person.email === undefined).length)).toBeCloseTo(0.1, 1);
    expect(share(2000 - new Set(people.map((person) => person.extension)).size)).toBeCloseTo(0.1, 1);
  });

  it('runs as a process that prints its addresses in one line and stops on Ctrl-C', async () => {
    const path = new URL('../../lab/main.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [path, '--json', '--users', '25'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    try {
      const lines = createInterface({ input: child.stdout });
      const [line] = (await once(lines, 'line')) as [string];
      const lab = JSON.parse(line) as { mivoice5000: object; mivoiceBusiness: object };
      const signal = AbortSignal.timeout(15_000);
      const directory = adapterTypes['mivoice-5000'].create({ ...lab.mivoice5000, tls: 'none' }, adapterParts());
      expect((await collect(directory.users(signal))).users).toHaveLength(25);
      const forms = adapterTypes['mivoice-business'].create(lab.mivoiceBusiness, adapterParts());
      expect((await collect(forms.users(signal))).users).toHaveLength(25);
    } finally {
      child.kill('SIGINT');
    }
    expect(await exited).toEqual([0, null]);
  });
});
