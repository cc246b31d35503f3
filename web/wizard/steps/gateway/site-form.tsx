import { NativeSelect, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { WizardAnswer, WizardSite } from '#contract/wizard/state.ts';
import { countries } from '#web/kit/format/countries.ts';
import { language } from '#web/kit/language.ts';
import { Panel } from '#web/kit/panels.tsx';
import { text } from '../../texts/index.ts';

const t = text.gatewayStep;

/** The site as it is typed, and the revision of what it was typed over. */
export interface SiteDraft {
  revision: number;
  changed: boolean;
  fields: Required<WizardSite>;
}

/** What is stored, to be changed; an unsaved site gets the zone of the installer's computer, which stands beside it. */
export function draftOf({ site, revision }: WizardAnswer): SiteDraft {
  const { saved, name, address, city, country, province, postalCode } = site;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const timeZone = saved || site.timeZone !== 'UTC' ? site.timeZone : here;
  return { revision, changed: false, fields: { name, address, city, country, province, postalCode, timeZone } };
}

export const siteOf = ({ fields }: SiteDraft): WizardSite => fields;

/** ONB-17. */
export function SitePanel(props: {
  id: string;
  draft: SiteDraft;
  prefilled: boolean;
  onChange: (draft: SiteDraft) => void;
  onSubmit: () => void;
}) {
  const { draft, onChange } = props;
  const { fields } = draft;
  const choices = useMemo(
    () => ({
      country: [{ value: '', label: t.pickCountry }, ...countries()],
      zone: [...new Set<string>([fields.timeZone ?? 'UTC', 'UTC', ...Intl.supportedValuesOf('timeZone')])].sort(),
    }),
    [fields.timeZone],
  );
  const field = (name: keyof SiteDraft['fields']) => ({
    name,
    value: fields[name],
    maxLength: name === 'postalCode' ? 32 : 128,
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
      onChange({ ...draft, changed: true, fields: { ...fields, [name]: event.currentTarget.value } }),
  });
  return (
    <Panel title={t.site}>
      <form
        id={props.id}
        onSubmit={(event) => {
          event.preventDefault();
          props.onSubmit();
        }}
      >
        <Stack gap="sm">
          {props.prefilled && (
            <Text size="sm" c="dimmed">
              {t.prefilled}
            </Text>
          )}
          <TextInput label={t.siteName} description={t.siteNameTip} required {...field('name')} />
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TextInput label={t.address} autoComplete="street-address" {...field('address')} />
            <TextInput label={t.city} autoComplete="address-level2" required {...field('city')} />
            <TextInput label={t.postalCode} autoComplete="postal-code" {...field('postalCode')} />
            <TextInput label={t.province} autoComplete="address-level1" required {...field('province')} />
            <NativeSelect
              label={t.country}
              description={t.countryTip}
              required
              data={choices.country}
              lang={language}
              {...field('country')}
            />
            <NativeSelect label={t.timeZone} description={t.timeZoneTip} data={choices.zone} {...field('timeZone')} />
          </SimpleGrid>
        </Stack>
      </form>
    </Panel>
  );
}
