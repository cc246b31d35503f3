import { Menu, NativeSelect } from '@mantine/core';
import { Icon } from './icons.tsx';
import { changeLanguage, LANGUAGES, type Language, language } from './language.ts';
import { kitText } from './texts/index.ts';

const isLanguage = (tag: string): tag is Language => tag in LANGUAGES;
const CHOICES = Object.keys(LANGUAGES)
  .filter(isLanguage)
  .map((value) => ({ value, label: LANGUAGES[value] }));

/** The language of the pages, each named in itself. */
export const LanguageSwitch = () => (
  <NativeSelect
    size="xs"
    aria-label={kitText.language}
    value={language}
    data={CHOICES}
    onChange={({ currentTarget: { value } }) => {
      if (isLanguage(value) && value !== language) changeLanguage(value);
    }}
  />
);

/** The same as entries of a menu, for who is signed in; `onChoose` puts it into their profile. */
export const LanguageItems = (props: { onChoose: (next: Language) => void }) => (
  <>
    <Menu.Label>{kitText.language}</Menu.Label>
    {CHOICES.map(({ value, label }) => (
      <Menu.Item
        key={value}
        lang={value}
        aria-current={value === language ? 'true' : undefined}
        rightSection={value === language ? <Icon name="check" /> : undefined}
        onClick={() => value !== language && props.onChoose(value)}
      >
        {label}
      </Menu.Item>
    ))}
  </>
);
