import { CloseButton, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { Icon } from './icons.tsx';
import { kitText } from './texts/index.ts';

/** Longest search that the API takes. */
const MAX_SEARCH = 200;

/** Searches while one types; the query follows a quarter of a second after the last letter. */
export function SearchBox(props: { value: string; label: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState(props.value);
  const sent = useRef(props.value);
  const { value, onSearch } = props;
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      onSearch(text);
    }, 250);
    return () => clearTimeout(timer);
  }, [text, onSearch]);
  return (
    <TextInput
      type="search"
      aria-label={props.label}
      placeholder={props.label}
      maxLength={MAX_SEARCH}
      leftSection={<Icon name="search" />}
      rightSection={
        text === '' ? null : <CloseButton size="sm" aria-label={kitText.clearSearch} onClick={() => setText('')} />
      }
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      style={{ flex: '1 1 14rem', maxWidth: '28rem' }}
    />
  );
}
