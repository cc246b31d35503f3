import { Checkbox, Group, NativeSelect, NumberInput, Stack, TextInput } from '@mantine/core';
import { NumberFormat, type TrunkAuthentication } from '#contract/trunks.ts';
import { text } from '../../texts/index.ts';
import type { TrunkDraft } from './trunk-draft.ts';

const t = text.trunks;

type Set = (change: Partial<TrunkDraft>) => void;

const AUTHENTICATIONS: readonly TrunkAuthentication['kind'][] = ['address', 'digest', 'certificate'];
const FORMS = NumberFormat.shape.form.unwrap().options;

/** What most trunks leave as it is. */
export function TrunkMore(props: { draft: TrunkDraft; set: Set; pbxs: readonly { value: string; label: string }[] }) {
  const { draft, set } = props;
  return (
    <details>
      <summary>{t.more}</summary>
      <Stack mt="sm">
        <NativeSelect
          label={t.secondary}
          value={draft.secondaryPbx}
          data={[{ value: '', label: t.noSecondary }, ...props.pbxs]}
          onChange={(event) => set({ secondaryPbx: event.currentTarget.value })}
        />
        <TextInput
          label={t.pilot}
          name="pilotNumber"
          description={t.pilotHint}
          maxLength={24}
          value={draft.pilotNumber}
          onChange={(event) => set({ pilotNumber: event.currentTarget.value })}
        />
        <Authentication draft={draft} set={set} />
        <NumberRule label={t.toFarEnd} format={draft.toFarEnd} onChange={(toFarEnd) => set({ toFarEnd })} />
        <NumberRule label={t.toPbx} format={draft.toPbx} onChange={(toPbx) => set({ toPbx })} />
        <NumberInput
          label={t.channels}
          name="channels"
          min={1}
          max={500}
          allowDecimal={false}
          value={draft.channels}
          onChange={(value) => set({ channels: Number(value) })}
        />
        <Group grow align="flex-start">
          <Digits label={t.route} value={draft.route} onChange={(route) => set({ route })} />
          <Digits label={t.trunkGroup} value={draft.trunkGroup} onChange={(trunkGroup) => set({ trunkGroup })} />
        </Group>
        <TextInput
          label={t.accessCode}
          name="accessCode"
          description={t.inPbxHint}
          maxLength={8}
          pattern="[0-9*#]*"
          value={draft.accessCode}
          onChange={(event) => set({ accessCode: event.currentTarget.value })}
        />
      </Stack>
    </details>
  );
}

const Authentication = ({ draft, set }: { draft: TrunkDraft; set: Set }) => (
  <>
    <NativeSelect
      label={t.authentication}
      value={draft.authentication}
      data={AUTHENTICATIONS.map((value) => ({ value, label: t.authentications[value] }))}
      onChange={(event) => {
        const chosen = AUTHENTICATIONS.find((kind) => kind === event.currentTarget.value);
        if (chosen) set({ authentication: chosen });
      }}
    />
    {draft.authentication === 'digest' && (
      <>
        <TextInput
          label={t.user}
          description={t.userHint}
          required
          maxLength={128}
          value={draft.user}
          onChange={(event) => set({ user: event.currentTarget.value })}
        />
        <Checkbox
          label={t.register}
          checked={draft.register}
          onChange={(event) => set({ register: event.currentTarget.checked })}
        />
      </>
    )}
  </>
);

const Digits = (props: { label: string; value: string; onChange: (text: string) => void }) => (
  <TextInput
    label={props.label}
    description={t.inPbxHint}
    inputMode="numeric"
    pattern="[0-9]*"
    maxLength={4}
    value={props.value}
    onChange={(event) => props.onChange(event.currentTarget.value)}
  />
);

function NumberRule(props: { label: string; format: NumberFormat; onChange: (format: NumberFormat) => void }) {
  const { format, onChange } = props;
  return (
    <fieldset className="dk-fieldset">
      <legend>{props.label}</legend>
      <Group grow align="flex-start">
        <NativeSelect
          aria-label={props.label}
          value={format.form}
          data={FORMS.map((value) => ({ value, label: t.forms[value] }))}
          onChange={(event) => {
            const form = FORMS.find((one) => one === event.currentTarget.value);
            if (form) onChange({ ...format, form });
          }}
        />
        <NumberInput
          aria-label={`${props.label}: ${t.strip}`}
          description={t.strip}
          inputWrapperOrder={['description', 'input']}
          min={0}
          max={20}
          allowDecimal={false}
          value={format.strip}
          onChange={(value) => onChange({ ...format, strip: Number(value) })}
        />
        <TextInput
          aria-label={`${props.label}: ${t.prepend}`}
          description={t.prepend}
          pattern="[0-9*#+]*"
          maxLength={16}
          value={format.prepend}
          onChange={(event) => onChange({ ...format, prepend: event.currentTarget.value })}
        />
      </Group>
    </fieldset>
  );
}
