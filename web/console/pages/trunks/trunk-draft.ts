import type { NumberFormat, Trunk, TrunkAuthentication, TrunkFarEnd, TrunkTransport } from '#contract/trunks.ts';

/** A trunk as the form holds it: plain values, empty text for what is not set. */
export interface TrunkDraft {
  name: string;
  pbx: string;
  secondaryPbx: string;
  host: string;
  port: number;
  transport: TrunkTransport;
  farEndKind: TrunkFarEnd['kind'];
  farEndHost: string;
  farEndPort: number;
  authentication: TrunkAuthentication['kind'];
  user: string;
  register: boolean;
  pilotNumber: string;
  toFarEnd: NumberFormat;
  toPbx: NumberFormat;
  channels: number;
  route: string;
  trunkGroup: string;
  accessCode: string;
  /** What the form does not show goes back as it came. */
  kept: Pick<Trunk, 'codecs' | 'supervision'> | undefined;
  serviceNode: number;
  realm: string | undefined;
  farEndName: string;
}

const PLUS: NumberFormat = { form: 'plus', strip: 0, prepend: '' };

export function draftOf(trunk: Trunk | undefined): TrunkDraft {
  const digest = trunk?.authentication.kind === 'digest' ? trunk.authentication : undefined;
  const text = (value: string | number | null | undefined) =>
    value === null || value === undefined ? '' : String(value);
  return {
    name: text(trunk?.name),
    pbx: text(trunk?.pbx),
    secondaryPbx: text(trunk?.secondaryPbx),
    host: text(trunk?.host),
    port: trunk?.port ?? 5061,
    transport: trunk?.farEnd.transport ?? 'tls',
    farEndKind: trunk?.farEnd.kind ?? 'cloud-platform',
    farEndHost: text(trunk?.farEnd.host),
    farEndPort: trunk?.farEnd.port ?? 5061,
    farEndName: text(trunk?.farEnd.name),
    authentication: trunk?.authentication.kind ?? 'address',
    user: text(digest?.user),
    register: digest?.register ?? false,
    realm: digest?.realm,
    pilotNumber: text(trunk?.pilotNumber),
    toFarEnd: trunk?.numbers.toFarEnd ?? PLUS,
    toPbx: trunk?.numbers.toPbx ?? PLUS,
    channels: trunk?.channels ?? 10,
    route: text(trunk?.inPbx.route),
    trunkGroup: text(trunk?.inPbx.trunkGroup),
    accessCode: text(trunk?.inPbx.accessCode),
    serviceNode: trunk?.inPbx.serviceNode ?? 1,
    kept: trunk && { codecs: trunk.codecs, supervision: trunk.supervision },
  };
}

/** The draft as the API takes it; the server judges it and names the field that is wrong. */
export function settingsOf(draft: TrunkDraft): unknown {
  const number = (text: string) => (text === '' ? null : Number(text));
  return {
    name: draft.name.trim(),
    pbx: draft.pbx,
    secondaryPbx: draft.secondaryPbx === '' ? null : draft.secondaryPbx,
    host: draft.host.trim(),
    port: draft.port,
    transport: draft.transport,
    farEnd: {
      kind: draft.farEndKind,
      name: draft.farEndName,
      host: draft.farEndHost.trim(),
      port: draft.farEndPort,
      transport: draft.transport,
    },
    authentication: authenticationOf(draft),
    pilotNumber: draft.pilotNumber.trim() === '' ? null : draft.pilotNumber.replaceAll(/[\s().-]/g, ''),
    numbers: { toFarEnd: draft.toFarEnd, toPbx: draft.toPbx },
    channels: draft.channels,
    inPbx: {
      route: number(draft.route),
      trunkGroup: number(draft.trunkGroup),
      accessCode: draft.accessCode === '' ? null : draft.accessCode,
      serviceNode: draft.serviceNode,
    },
    ...draft.kept,
  };
}

function authenticationOf({ authentication: kind, user, register, realm }: TrunkDraft): TrunkAuthentication {
  if (kind !== 'digest') return { kind };
  return { kind, user: user.trim(), register, ...(realm === undefined ? {} : { realm }) };
}
