import { Checkbox, NativeSelect, PasswordInput, Textarea, TextInput } from '@mantine/core';
import type { PbxFormField } from '#contract/wizard/pbx.ts';
import { text } from '../../texts/index.ts';

const t = text.pbxStep;

/** One field of a family's form with its info tip (ONB-20). A secret that is set already may stay empty. */
export function PbxField(props: {
  field: PbxFormField;
  words: { label: string; hint: string };
  value: string | boolean;
  isSet: boolean;
  /** What the gateway found wrong in it. */
  error: string | undefined;
  onChange: (value: string | boolean) => void;
}) {
  const { field, words, value, onChange, isSet } = props;
  const common = {
    name: field.name,
    label: words.label,
    description: words.hint === '' ? undefined : words.hint,
    error: props.error,
    required: field.required && !isSet,
  };
  const typed = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  const content = typeof value === 'string' ? value : '';
  const length = field.maxLength === undefined ? {} : { maxLength: field.maxLength };
  switch (field.kind) {
    case 'checkbox':
      return (
        <Checkbox
          {...common}
          required={false}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'select':
      return <NativeSelect {...common} value={content} onChange={typed} data={choices(field)} />;
    case 'password':
      return (
        <PasswordInput
          {...common}
          {...length}
          value={content}
          onChange={typed}
          autoComplete="new-password"
          placeholder={isSet ? t.secretKept : ''}
        />
      );
    case 'multiline':
    case 'list':
      return (
        <Textarea
          {...common}
          {...length}
          description={
            field.kind === 'list' ? [words.hint, t.oneEachLine].filter(Boolean).join(' ') : common.description
          }
          value={content}
          onChange={typed}
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
        />
      );
    case 'number':
      return (
        <TextInput
          {...common}
          type="number"
          placeholder={String(field.default ?? '')}
          min={field.min}
          max={field.max}
          step={1}
          value={content}
          onChange={typed}
        />
      );
    case 'text':
      return (
        <TextInput {...common} {...length} value={content} onChange={typed} autoComplete="off" spellCheck={false} />
      );
    default:
      return field.kind satisfies never;
  }
}

/** Where a choice may be left out, that is a choice too. */
function choices(field: PbxFormField): { value: string; label: string }[] {
  const options = field.options ?? [];
  return field.required || field.default !== undefined ? options : [{ value: '', label: t.notChosen }, ...options];
}
