import { Group, NativeSelect, NumberInput, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Trunk, TrunkFarEnd, TrunkTransport } from '#contract/trunks.ts';
import { useApi } from '#web/kit/api/context.tsx';
import { useEdited } from '#web/kit/form/use-edited.ts';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useAccount } from '../../data/account.tsx';
import { usePbxs } from '../../data/pbxs.ts';
import { EditDialog } from '../../parts/edit-dialog.tsx';
import { text } from '../../texts/index.ts';
import { draftOf, settingsOf, type TrunkDraft } from './trunk-draft.ts';
import { TrunkMore } from './trunk-more.tsx';

const t = text.trunks;

/** Adds a trunk, or sets one anew: the four fields of TRK-6 and the far end, everything else under More settings. */
export function TrunkForm(props: { trunk: Trunk | undefined; onClose: () => void }) {
  const { trunk } = props;
  const api = useApi();
  const queries = useQueryClient();
  const { account } = useAccount();
  const { pbxs, loading, error } = usePbxs();
  // Where there is nothing to choose from it is chosen already (TRK-3).
  const only = !loading && pbxs.length === 1 ? pbxs[0] : undefined;
  const withOnly = (typed: TrunkDraft): TrunkDraft =>
    typed.pbx === '' && only !== undefined ? { ...typed, pbx: only.id, host: typed.host || only.host } : typed;
  const {
    draft: typed,
    set: change,
    edited,
  } = useEdited({
    entry: trunk,
    draftOf,
    ...(trunk && { read: () => api.get(pathOf(trunk), Trunk) }),
    save: (wanted, before) =>
      before === undefined
        ? api.send('POST', '/trunks', Trunk, { account, settings: settingsOf(withOnly(wanted)) })
        : api.send('PUT', pathOf(before), Trunk, settingsOf(withOnly(wanted)), { ifMatch: before.etag }),
    onSaved: () => {
      void queries.invalidateQueries({ queryKey: ['trunks'] });
      props.onClose();
    },
  });
  const draft = withOnly(typed);
  const set = (part: Partial<TrunkDraft>) => change({ ...draft, ...part });
  const choosePbx = (id: string) => {
    const known = pbxs.some(({ host }) => host === draft.host);
    const host = pbxs.find((pbx) => pbx.id === id)?.host;
    // An address that somebody typed is kept; one that came from another PBX is not this one's.
    set({ pbx: id, ...((draft.host === '' || known) && host !== undefined ? { host } : {}) });
  };
  const choices = pbxs.map(({ id, name, gatewayName }) => ({ value: id, label: t.gatewayOf(name, gatewayName) }));
  return (
    <EditDialog
      title={trunk ? t.editOf(trunk.name) : t.add}
      action={trunk ? kitText.save : t.add}
      edited={edited}
      size="lg"
      onClose={props.onClose}
    >
      {error !== null && <ErrorPanel error={error} />}
      {!loading && pbxs.length === 0 && error === null && <Text size="sm">{t.noPbx}</Text>}
      <NativeSelect
        label={t.pbx}
        name="pbx"
        required
        data-autofocus
        disabled={only?.id === draft.pbx}
        value={draft.pbx}
        data={[{ value: '', label: loading ? kitText.loading : t.choosePbx, disabled: true }, ...choices]}
        onChange={(event) => choosePbx(event.currentTarget.value)}
      />
      <TextInput
        label={t.address}
        name="host"
        description={t.addressHint}
        required
        maxLength={253}
        value={draft.host}
        onChange={(event) => set({ host: event.currentTarget.value })}
      />
      <TextInput
        label={t.name}
        name="name"
        required
        maxLength={64}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <PortInput label={t.portOf[draft.transport]} value={draft.port} onChange={(port) => set({ port })} />
      <NativeSelect
        label={t.farEndKind}
        description={draft.farEndKind === 'border-gateway' ? t.twoTrunks : undefined}
        value={draft.farEndKind}
        data={TrunkFarEnd.shape.kind.options.map((value) => ({ value, label: t.farEndKinds[value] }))}
        onChange={(event) => set({ farEndKind: TrunkFarEnd.shape.kind.parse(event.currentTarget.value) })}
      />
      <TextInput
        label={t.farEndHost}
        name="farEnd.host"
        required
        maxLength={253}
        value={draft.farEndHost}
        onChange={(event) => set({ farEndHost: event.currentTarget.value })}
      />
      <Group grow align="flex-start">
        <PortInput label={t.farEndPort} value={draft.farEndPort} onChange={(farEndPort) => set({ farEndPort })} />
        <NativeSelect
          label={t.transport}
          value={draft.transport}
          data={TrunkTransport.options.map((value) => ({ value, label: value.toUpperCase() }))}
          onChange={(event) => set({ transport: TrunkTransport.parse(event.currentTarget.value) })}
        />
      </Group>
      <TrunkMore draft={draft} set={set} pbxs={choices.filter(({ value }) => value !== draft.pbx)} />
    </EditDialog>
  );
}

const pathOf = ({ id }: Trunk): string => `/trunks/${encodeURIComponent(id)}`;

const PortInput = (props: { label: string; value: number; onChange: (port: number) => void }) => (
  <NumberInput
    label={props.label}
    required
    min={1}
    max={65_535}
    allowDecimal={false}
    value={props.value}
    onChange={(value) => props.onChange(Number(value))}
  />
);
