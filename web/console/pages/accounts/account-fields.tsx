import { NativeSelect, SimpleGrid, TextInput } from '@mantine/core';
import { AlertLanguage } from '#contract/alerts.ts';
import { type AccountParticulars, BusinessType } from '#contract/api/accounts.ts';
import { countries } from '#web/kit/format/countries.ts';
import { text } from '../../texts/index.ts';

const t = text.accounts;

/** What is entered of an account, beside what its syncs obey; empty text is nothing. */
export type AccountDraft = { name: string; country: string } & { [K in keyof AccountParticulars]: string };

export const EMPTY_DRAFT: AccountDraft = {
  name: '',
  country: '',
  address1: '',
  address2: '',
  city: '',
  postalCode: '',
  province: '',
  language: 'en',
  businessType: '',
};

/** The draft as the API takes it. */
export function particularsOf({ name, country, ...rest }: AccountDraft) {
  const given = Object.entries(rest).map(([field, value]) => [field, value.trim() || null] as const);
  return { name: name.trim(), country, ...Object.fromEntries(given) };
}

/** Fields of the information page (ACC-6, ACC-7); what is marked must be filled in. */
export function AccountFields(props: { draft: AccountDraft; onChange: (draft: AccountDraft) => void }) {
  const { draft, onChange } = props;
  const field = (name: keyof AccountDraft, maxLength = 128) => ({
    name,
    maxLength,
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...draft, [name]: event.currentTarget.value }),
  });
  const nothing = { value: '', label: t.choose };
  return (
    <>
      <TextInput label={t.customerName} required data-autofocus {...field('name')} />
      <NativeSelect
        label={t.country}
        description={t.countryHint}
        required
        data={[...(draft.country === '' ? [nothing] : []), ...countries()]}
        {...field('country')}
      />
      <TextInput label={t.address1} required autoComplete="off" {...field('address1')} />
      <TextInput label={t.address2} autoComplete="off" {...field('address2')} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label={t.postalCode} required autoComplete="off" {...field('postalCode', 32)} />
        <TextInput label={t.city} required autoComplete="off" {...field('city')} />
        <TextInput label={t.province} autoComplete="off" {...field('province')} />
        <NativeSelect
          label={t.businessType}
          data={[nothing, ...BusinessType.options.map((value) => ({ value, label: t.businessTypes[value] }))]}
          {...field('businessType')}
        />
      </SimpleGrid>
      <NativeSelect
        label={t.language}
        description={t.languageHint}
        data={AlertLanguage.options.map((value) => ({ value, label: t.languages[value] }))}
        {...field('language')}
      />
    </>
  );
}
