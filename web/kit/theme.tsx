import { type CSSVariablesResolver, createTheme, Drawer, MantineProvider, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { kitText } from './texts/index.ts';
import '@mantine/core/styles.css';
import './kit.css';

const SYSTEM_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif';

/** A dialog's head is no banner of the page, and its cross needs a name. */
const OVERLAY = {
  closeButtonProps: { 'aria-label': kitText.close },
  attributes: { header: { role: 'presentation' } },
};

const theme = createTheme({
  fontFamily: SYSTEM_FONT,
  headings: { fontFamily: SYSTEM_FONT, fontWeight: '600' },
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  components: {
    Modal: Modal.extend({ defaultProps: OVERLAY }),
    Drawer: Drawer.extend({ defaultProps: OVERLAY }),
  },
});

/** The library's grey and red are too pale for small text (WCAG 1.4.3); these reach 4.5 to 1 in both schemes. */
const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#555d66',
    '--mantine-color-placeholder': '#666e77',
    '--mantine-color-error': '#b42318',
    '--dk-good': '#1a7f42',
    '--dk-bad': '#b42318',
    '--dk-warn': '#9a5b00',
    '--dk-busy': '#3b4fc4',
    '--dk-quiet': '#555d66',
    '--dk-surface': '#ffffff',
    '--dk-ground': '#f6f7f9',
    '--dk-line': '#dde1e6',
    '--dk-hover': '#f1f3f8',
  },
  dark: {
    '--mantine-color-body': '#1d2025',
    '--mantine-color-dimmed': '#b3b8c0',
    '--mantine-color-placeholder': '#a0a6ae',
    '--mantine-color-error': '#ff9a91',
    '--dk-good': '#6fdc97',
    '--dk-bad': '#ff9a91',
    '--dk-warn': '#f5c06a',
    '--dk-busy': '#a9b6ff',
    '--dk-quiet': '#b3b8c0',
    '--dk-surface': '#1d2025',
    '--dk-ground': '#15171b',
    '--dk-line': '#363b43',
    '--dk-hover': '#262a31',
  },
});

/** Look of both consoles: light, dark or as the system says; no font and no file from elsewhere. */
export const Theme = (props: { children: ReactNode }) => (
  <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={variables}>
    {props.children}
  </MantineProvider>
);
