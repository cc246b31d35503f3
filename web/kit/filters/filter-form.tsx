import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { count } from '../format/numbers.ts';
import { kitText } from '../texts/index.ts';
import { type Choice, choiceFilter, chosenValues, type Filter, type FilterField } from './grammar.ts';

/** Makes or edits one filter. A date field may make two: from and until (EVT-25). */
export function FilterForm(props: {
  fields: readonly FilterField[];
  filter?: Filter;
  onApply: (filters: Filter[]) => void;
  onCancel: () => void;
}) {
  const [name, setName] = useState(props.filter?.field ?? props.fields[0]?.field ?? '');
  const field = props.fields.find((one) => one.field === name);
  const current = props.filter?.field === name ? props.filter : undefined;
  return (
    <Stack gap="sm">
      <NativeSelect
        label={kitText.filterField}
        value={name}
        data={props.fields.map((one) => ({ value: one.field, label: one.label }))}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {field?.kind === 'choice' && (
        <Choices
          key={name}
          field={name}
          choices={field.choices}
          filter={current}
          onApply={props.onApply}
          onCancel={props.onCancel}
        />
      )}
      {field?.kind === 'text' && (
        <Words key={name} field={name} filter={current} onApply={props.onApply} onCancel={props.onCancel} />
      )}
      {field?.kind === 'date' && (
        <Dates key={name} field={name} filter={current} onApply={props.onApply} onCancel={props.onCancel} />
      )}
    </Stack>
  );
}

interface Part {
  field: string;
  filter: Filter | undefined;
  onApply: (filters: Filter[]) => void;
  onCancel: () => void;
}

function Choices(props: Part & { choices: readonly Choice[] }) {
  const [chosen, setChosen] = useState(chosenValues(props.filter));
  const submit = () => {
    const filter = choiceFilter(props.field, chosen);
    props.onApply(filter ? [filter] : []);
  };
  return (
    <Form onSubmit={submit} onClear={() => setChosen([])} onCancel={props.onCancel}>
      <Checkbox.Group label={kitText.filterValues} value={chosen} onChange={setChosen}>
        <Stack gap={6} mt={4} style={{ maxHeight: '16rem', overflowY: 'auto' }}>
          {props.choices.map((choice) => (
            <Checkbox
              key={choice.value}
              value={choice.value}
              label={
                choice.count === undefined ? (
                  choice.label
                ) : (
                  <>
                    {choice.label}{' '}
                    <Text span c="dimmed" size="sm">
                      ({count(choice.count)})
                    </Text>
                  </>
                )
              }
            />
          ))}
        </Stack>
      </Checkbox.Group>
    </Form>
  );
}

function Words(props: Part) {
  const [text, setText] = useState(props.filter?.value ?? '');
  const submit = () => {
    const value = text.trim();
    props.onApply(value === '' ? [] : [{ field: props.field, op: 'contains', value }]);
  };
  return (
    <Form onSubmit={submit} onClear={() => setText('')} onCancel={props.onCancel}>
      <TextInput
        label={kitText.contains}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </Form>
  );
}

/** The local date and time that a browser's field shows, from an instant. */
function localTime(instant: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function Dates(props: Part) {
  const old = props.filter;
  const [from, setFrom] = useState(old?.op === 'ge' ? localTime(old.value) : '');
  const [until, setUntil] = useState(old?.op === 'le' ? localTime(old.value) : '');
  const submit = () => {
    const made: Filter[] = [];
    if (from !== '') made.push({ field: props.field, op: 'ge', value: new Date(from).toISOString() });
    if (until !== '') made.push({ field: props.field, op: 'le', value: new Date(until).toISOString() });
    props.onApply(made);
  };
  return (
    <Form
      onSubmit={submit}
      onClear={() => {
        setFrom('');
        setUntil('');
      }}
      onCancel={props.onCancel}
    >
      <TextInput
        type="datetime-local"
        label={kitText.from}
        value={from}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label={kitText.until}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </Form>
  );
}

/** Clear empties the fields, Cancel leaves the filter as it was, Apply takes it over; applied empty it is gone (EVT-28). */
const Form = (props: {
  onSubmit: () => void;
  onClear: () => void;
  onCancel: () => void;
  children: React.ReactNode;
}) => (
  <form
    onSubmit={(event) => {
      event.preventDefault();
      props.onSubmit();
    }}
  >
    <Stack gap="sm">
      {props.children}
      <Group justify="flex-end" gap="xs">
        <Button size="xs" variant="subtle" mr="auto" onClick={props.onClear}>
          {kitText.clear}
        </Button>
        <Button size="xs" variant="default" onClick={props.onCancel}>
          {kitText.cancel}
        </Button>
        <Button type="submit" size="xs">
          {kitText.apply}
        </Button>
      </Group>
    </Stack>
  </form>
);
