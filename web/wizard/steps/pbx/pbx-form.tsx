import { List, NativeSelect, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { PbxAnswer, PbxFormGroup, PbxTypesAnswer } from '#contract/wizard/pbx.ts';
import type { PbxType } from '#contract/words.ts';
import { ApiError } from '#web/kit/api/api-error.ts';
import { ErrorPanel, Panel } from '#web/kit/panels.tsx';
import { familyText } from '../../texts/families.ts';
import { text } from '../../texts/index.ts';
import { connectionOf, counts, type Values, valuesOf } from './connection.ts';
import { PbxField } from './field.tsx';

const t = text.pbxStep;

type TypeOf = PbxTypesAnswer['types'][number];

/** What a form is opened with: a PBX that is changed, or what a search found out of a new one. */
export interface FormStart {
  pbx?: PbxAnswer;
  type?: PbxType;
  name?: string;
  host?: string;
}

export interface PbxWish {
  type: PbxType;
  name: string;
  syncMinutes: number;
  connection: Record<string, unknown>;
}

const SYNC_MINUTES = 20;
const MAX_SYNC_MINUTES = 10_080;

/** The form of a PBX's family, from the fields that the gateway names (ONB-20 to ONB-25). `id` for its button elsewhere. */
export function PbxForm(props: {
  id: string;
  types: PbxTypesAnswer['types'];
  start: FormStart;
  error: unknown;
  onSubmit: (wish: PbxWish) => void;
}) {
  const { types, start } = props;
  const [type, setType] = useState<PbxType | undefined>(start.pbx?.type ?? start.type);
  const family = types.find((one) => one.type === type);
  return (
    <Panel title={start.pbx ? t.change(start.pbx.name) : t.connectNew}>
      <Stack>
        <NativeSelect
          label={t.type}
          description={t.typeTip}
          required
          disabled={start.pbx !== undefined}
          value={type ?? ''}
          data={[{ value: '', label: t.pickType }, ...types.map((one) => ({ value: one.type, label: one.name }))]}
          onChange={({ currentTarget }) => setType(types.find((one) => one.type === currentTarget.value)?.type)}
        />
        {family && <FamilyForm key={family.type} {...props} family={family} />}
      </Stack>
    </Panel>
  );
}

function FamilyForm(props: Parameters<typeof PbxForm>[0] & { family: TypeOf }) {
  const { family, start } = props;
  const { groups, secretNames } = family;
  const [name, setName] = useState(start.pbx?.name ?? start.name ?? '');
  const [syncMinutes, setSyncMinutes] = useState(start.pbx?.syncMinutes ?? SYNC_MINUTES);
  const [values, setValues] = useState<Values>(() =>
    valuesOf(groups, start.pbx?.connection ?? (start.host === undefined ? {} : { host: start.host })),
  );
  // Folded parts of a PBX that is changed stand open where something is set; typing must not fold them.
  const [opened] = useState(() => new Set(groups.filter((group) => counts(group, values)).map(({ id }) => id)));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const connection = connectionOf(groups, values, start.pbx?.connection);
    props.onSubmit({ type: family.type, name: name.trim(), syncMinutes, connection });
  };
  const fields = (group: PbxFormGroup) => (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" verticalSpacing="sm">
      {group.fields.map((field) => (
        <PbxField
          key={field.name}
          // A part that is left empty must not hold the form up, least of all where it is folded.
          field={{ ...field, required: field.required && counts(group, values) }}
          words={familyText.field(family, field)}
          value={values[field.name] ?? ''}
          isSet={secretNames.includes(field.name) && start.pbx?.secrets.includes(field.name) === true}
          error={faultOf(props.error, field.name)}
          onChange={(value) => setValues((all) => ({ ...all, [field.name]: value }))}
        />
      ))}
    </SimpleGrid>
  );
  return (
    <form id={props.id} onSubmit={submit}>
      <Stack>
        <Tips title={t.tips} items={familyText.tips(family)} />
        <details className="dw-more" open={start.pbx === undefined}>
          <summary>{t.prerequisites(family.name)}</summary>
          <List type="ordered" size="sm" mt="xs" spacing={4}>
            {familyText.prerequisites(family).map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
        </details>
        <TextInput
          label={t.name}
          description={t.nameTip}
          required
          maxLength={128}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {groups.map((group) =>
          group.main ? (
            <div key={group.id}>{fields(group)}</div>
          ) : (
            <details key={group.id} className="dw-more" open={opened.has(group.id)}>
              <summary>{familyText.group(family, group)}</summary>
              <div className="dw-more-inside">{fields(group)}</div>
            </details>
          ),
        )}
        <NumberInput
          label={t.schedule}
          description={t.scheduleTip}
          min={1}
          max={MAX_SYNC_MINUTES}
          allowDecimal={false}
          hideControls
          maw={300}
          value={syncMinutes}
          onChange={(value) => setSyncMinutes(typeof value === 'number' ? value : SYNC_MINUTES)}
        />
        {props.error !== null && props.error !== undefined && <ErrorPanel error={props.error} />}
      </Stack>
    </form>
  );
}

const Tips = (props: { title: string; items: readonly string[] }) =>
  props.items.length === 0 ? null : (
    <div>
      <Text size="sm" fw={500}>
        {props.title}
      </Text>
      <List size="sm">
        {props.items.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
      </List>
    </div>
  );

/** The gateway names the field that it could not take, where it was one. */
const faultOf = (error: unknown, name: string): string | undefined =>
  error instanceof ApiError && error.field === name ? error.message : undefined;
