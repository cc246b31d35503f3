/** Each plan against the facts that are known of the family: menu numbers, field names and values, order of commands. */
import { describe, expect, it } from 'vitest';
import { TrunkPlan, TrunkSettings } from '#contract/trunks.ts';
import { type PbxType, PbxType as PbxTypes } from '#contract/words.ts';
import { profileLabel } from '#sip-trunks/plan/mivoice-business.ts';
import { mxOneChanges } from '#sip-trunks/plan/mx-one.ts';
import { planTrunk } from '#sip-trunks/plan/plan.ts';

const settings = (given: Partial<TrunkSettings> = {}): TrunkSettings =>
  TrunkSettings.parse({
    name: 'Cloud Vienna',
    pbx: '01JD0000000000000000000000',
    host: '192.0.2.5',
    port: 5061,
    farEnd: { kind: 'cloud-platform', host: 'sip.example.net', port: 5061 },
    ...given,
  });

const plan = (type: PbxType, given: Partial<TrunkSettings> = {}, extra: object = {}) =>
  planTrunk({ type, trunk: settings(given), pbx: { name: 'Main', version: '8.0' }, ...extra });

const valueOf = (made: TrunkPlan, step: string, label: string) =>
  made.steps.find(({ id }) => id === step)?.fields.find((field) => field.label === label)?.value;

const inPbx = (given: Partial<TrunkSettings['inPbx']>) =>
  ({ route: null, trunkGroup: null, accessCode: null, serviceNode: 1, ...given }) as const;

describe.each(PbxTypes.options)('the plan for %s', (type) => {
  it('has its form, gives every field a reason, and prints no password', () => {
    const digest = { authentication: { kind: 'digest' as const, user: 'trunk-user', register: true } };
    const made = plan(type, { ...digest, inPbx: inPbx({ route: 20 }), pilotNumber: '+43720123456' });
    expect(TrunkPlan.parse(made)).toEqual(made);
    const fields = made.steps.flatMap((step) => step.fields);
    expect(fields.every(({ why }) => why.length > 5)).toBe(true);
    for (const { label, value, certainty } of fields.filter((field) => /password/i.test(field.label))) {
      expect([label, value, certainty]).toEqual([label, '', 'site']);
    }
    // A blank is always one that the site has to fill in.
    expect(
      fields.filter(({ value, certainty, label }) => value === '' && certainty !== 'site' && !/Insert/.test(label)),
    ).toEqual([]);
  });
});

describe('MiVoice 5000', () => {
  it('goes through its menus in the order in which they need each other, and ends with a resync', () => {
    const wheres = plan('mivoice-5000').steps.map(({ where }) => where);
    const numbers = wheres.map((where) => /\((4\.[\d.]+)\)/.exec(where)?.[1] ?? '-');
    expect(numbers).toEqual(['4.2.1.1', '4.2.1.2', '4.2.1.2', '-', '4.2.2', '-']);
    expect(wheres.at(-1)).toContain('Sync now');
  });

  it('sets what makes the trunk group one for the cloud', () => {
    const made = plan('mivoice-5000', { inPbx: inPbx({ trunkGroup: 12 }) });
    expect(made.steps[1]?.fields.map(({ label, value }) => [label, value])).toEqual([
      ['Physical type', 'VOICE IP'],
      ['Nature', 'BOTHWAY'],
      ['Signalling type', 'SIP'],
      ['Subtype', 'CLOUDLINK'],
    ]);
    expect(valueOf(made, 'trunk-group-details', 'Proxy checking')).toBe('IP ADDRESS');
    expect(valueOf(made, 'trunk-group-details', 'Frequency')).toBe('30 s');
    expect(valueOf(made, 'route', 'Route type')).toBe('DIRECT 0');
    expect(valueOf(made, 'route', 'Trunk group')).toBe('12');
  });

  it('warns of the port that the PBX keeps for itself', () => {
    expect(plan('mivoice-5000', { port: 5070 }).warnings.join()).toContain('5070');
    expect(plan('mivoice-5000').warnings).toEqual([]);
  });
});

describe('MiVoice Office 400', () => {
  it('is a provider without accounts unless the far end asks for a log-in', () => {
    expect(valueOf(plan('mivoice-office-400'), 'provider', 'Authentication')).toBe('Without accounts');
    const digest = { authentication: { kind: 'digest' as const, user: 'u', register: true } };
    const made = plan('mivoice-office-400', digest);
    expect(valueOf(made, 'provider', 'Authentication')).toBe('One account');
    expect(valueOf(made, 'provider', 'Registration required')).toBe('Yes');
  });

  it('carries thirty channels at most, and says so', () => {
    const made = plan('mivoice-office-400', { channels: 50 });
    expect(valueOf(made, 'provider', 'Voice channels')).toBe('30');
    expect(made.warnings.join()).toContain('30 channels');
  });

  it('maps the pilot number without a prefix by a PISN user', () => {
    const made = plan('mivoice-office-400', { pilotNumber: '+43720123456', inPbx: inPbx({ route: 213 }) });
    expect(valueOf(made, 'pisn-user', 'External call number')).toBe('43720123456');
    expect(valueOf(made, 'pisn-user', 'Route')).toBe('213');
  });
});

describe('MiVoice Business', () => {
  it('makes each object before what refers to it', () => {
    const ids = plan('mivoice-business').steps.map(({ id }) => id);
    expect(ids).toEqual([
      'network-element',
      'class-of-service',
      'trunk-attributes',
      'sip-peer-profile',
      'ars-route',
      'ars-digits',
    ]);
  });

  it('makes both halves when a border gateway stands between, with the second PBX of a pair', () => {
    const farEnd = {
      kind: 'border-gateway' as const,
      name: '',
      host: '192.0.2.9',
      port: 5060,
      transport: 'udp' as const,
    };
    const made = plan('mivoice-business', { farEnd }, { secondary: { name: 'Second', host: '192.0.2.6' } });
    expect(made.steps.filter(({ side }) => side === 'border-gateway').map(({ id }) => id)).toEqual([
      'border-icp',
      'border-trunk',
      'border-rule',
    ]);
    expect(valueOf(made, 'sip-peer-profile', 'Outbound Proxy Server')).toBe('CloudVieP');
    expect(valueOf(made, 'border-rule', 'Secondary ICP')).toBe('192.0.2.6');
  });

  it('keeps the profile’s label within nine characters', () => {
    expect(profileLabel('Cloud Vienna')).toBe('CloudVien');
    expect(profileLabel('–')).toBe('Demarc');
  });

  it('sends the plus only where the far end wants it', () => {
    const numbers = (form: 'plus' | 'no-plus') => ({
      numbers: { toFarEnd: { form, strip: 0, prepend: '' }, toPbx: { form, strip: 0, prepend: '' } },
    });
    const label = "Enable sending '+' for E.164 numbers";
    expect(valueOf(plan('mivoice-business', numbers('plus')), 'sip-peer-profile', label)).toBe('Yes');
    expect(valueOf(plan('mivoice-business', numbers('no-plus')), 'sip-peer-profile', label)).toBe('No');
  });
});

describe('MX-ONE', () => {
  const complete = { inPbx: inPbx({ route: 20 }), pilotNumber: '+43720123456' };

  it('is set by commands in their order and kept by a backup', () => {
    const made = plan('mx-one', complete);
    expect(made.appliedBy).toBe('demarc');
    expect(made.steps.flatMap(({ commands }) => commands).map((command) => command.split(/[ :]/)[0])).toEqual([
      'number_initiate',
      'number_data_initiate',
      'ROCAI',
      'sip_route',
      'RODAI',
      'ROEQI',
      'RODDI',
      'data_backup',
    ]);
    const sipRoute = made.steps.find(({ id }) => id === 'sip-route')?.commands[0];
    expect(sipRoute).toContain('-uristring0 "sip:?@sip.example.net"');
    expect(sipRoute).toContain('-accept REMOTE_IP -match sip.example.net');
    expect(sipRoute).not.toContain('remoteproxyip');
  });

  it('can undo every change it makes', () => {
    const input = { trunk: settings(complete), pbx: { name: 'Main' } };
    for (const { make, undo } of mxOneChanges(input)) {
      expect(undo).toMatch(/_end |-remove |E:ROU=20/);
      expect(undo).not.toBe(make);
    }
  });

  it('shows the pages of the manager while something is missing', () => {
    const made = plan('mx-one');
    expect(made.steps.flatMap(({ commands }) => commands)).toEqual([]);
    expect(made.warnings.join()).toContain('route number and a pilot number');
  });

  it('refuses what would be read as something else by the shell', () => {
    const bad = { ...complete, authentication: { kind: 'digest' as const, user: 'a"; reboot; "', register: false } };
    expect(() => plan('mx-one', bad)).toThrow(expect.objectContaining({ code: 'trunk.unsafe-value' }));
  });
});
