/** The border gateway and the MiCollab beside a MiVoice Business (ONB-22, ONB-24). */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterTypes } from '#pbx-adapters/registry.ts';
import { writeFormExports } from '#test/lab/form-exports.ts';
import { startSite } from '#test/lab/mivoice-business/admin-site.ts';
import { startSip } from '#test/lab/mivoice-business/sip-responder.ts';
import { adapterParts } from '#test/support/adapter-parts.ts';
import { temporaryFolder } from '#test/support/program.ts';

const family = adapterTypes['mivoice-business'];
const signal = AbortSignal.timeout(30_000);
const SECRET = 'a password of the border gateway';

async function startCompanions() {
  const stack = new AsyncDisposableStack();
  const folder = join(stack.use(await temporaryFolder('companions')).path, 'exports');
  await writeFormExports(folder, { users: 5, seed: 1 });
  const sip = await startSip({ banner: 'Mitel Border GW/4.11.0.163-01' });
  stack.defer(() => sip.stop());
  const page = await startSite({
    title: 'MiCollab End User Portal',
    loginPath: '/portal',
    server: 'Apache',
    user: 'nobody',
    password: 'nothing',
    lockAfter: 1,
  });
  stack.defer(() => page.stop());
  const stepsOf = async (more: object) => {
    const { steps } = await family.create(family.connection.parse({ folder, ...more }), adapterParts()).probe(signal);
    return Object.fromEntries(steps.map((step) => [step.id, step]));
  };
  return { folder, sip, page, stepsOf, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe('the border gateway and MiCollab of a MiVoice Business', () => {
  it('are looked at by SIP and by their pages; what a password is not used for is said, and the password never', async () => {
    await using beside = await startCompanions();
    const { sip, page, folder } = beside;
    const settings = {
      mbgHost: '127.0.0.1',
      mbgSipPort: sip.port,
      mbgPort: page.port,
      mbgPassword: SECRET,
      micollabHost: 'localhost',
      micollabPort: page.port,
    };
    const steps = await beside.stepsOf(settings);
    expect(steps['border-gateway']).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^Answers by SIP as “Mitel Border GW\/4\.11\.0\.163-01”; .*kept and not used/),
    });
    expect(steps['micollab']).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('MiCollab End User Portal'),
    });
    expect(JSON.stringify(steps)).not.toContain(SECRET);
    const applications = await family
      .create(family.connection.parse({ folder, ...settings }), adapterParts())
      .inventory(signal);
    expect(applications).toMatchObject([
      { type: 'mivoice-business' },
      { type: 'mitel-border-gateway', address: '127.0.0.1', version: { value: '4.11.0.163-01', source: 'SIP banner' } },
      { type: 'micollab', address: 'localhost', version: { value: null } },
    ]);
  });

  it('that do not answer are a warning: people are read without them', async () => {
    await using beside = await startCompanions();
    const { sip, page } = beside;
    sip.nasty.silent = true;
    const silent = { mbgHost: '127.0.0.1', mbgSipPort: sip.port, mbgPort: page.port };
    expect((await beside.stepsOf(silent))['border-gateway']).toMatchObject({
      status: 'ok',
      detail: expect.stringMatching(/^No answer by SIP; Status/),
    });
    await page.stop();
    const steps = await beside.stepsOf({ ...silent, micollabHost: 'micollab.invalid' });
    expect(steps['border-gateway']).toMatchObject({ status: 'warning' });
    expect(steps['micollab']).toMatchObject({ status: 'warning', detail: expect.stringContaining('micollab.invalid') });
    expect(steps['users']).toMatchObject({ status: 'ok' });
  });

  it('have passwords that are secrets, and that need an address', () => {
    expect(family.secretNames).toEqual(expect.arrayContaining(['mbgPassword', 'micollabPassword']));
    for (const name of ['mbg', 'micollab']) {
      const { error } = family.connection.safeParse({ folder: '/exports', [`${name}Password`]: SECRET });
      expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([`${name}Host`]);
    }
  });
});
