/** The few symbols of the consoles, drawn on a 24 by 24 grid. Always beside a word, so hidden from screen readers. */
const PATHS = {
  home: 'M3 11 12 4l9 7M5 10v10h5v-6h4v6h5V10',
  gateway: 'M4 5h16v6H4zM4 13h16v6H4zM8 8h.01M8 16h.01',
  users: 'M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8M2 21c0-4 3-7 7-7s7 3 7 7M16 3.5a4 4 0 0 1 0 7.5M18 14.5c2.5.8 4 3.2 4 6.5',
  sync: 'M20 7a9 9 0 0 0-16 2M4 4v5h5M4 17a9 9 0 0 0 16-2M20 20v-5h-5',
  platform: 'M4 4h16v12H4zM9 20h6M12 16v4',
  application: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  event: 'M5 6h.01M5 12h.01M5 18h.01M9 6h11M9 12h11M9 18h11',
  command: 'M4 5h16v14H4zM7 9l3 3-3 3M12 15h5',
  account: 'M5 21V4h9v17M14 9h5v12M3 21h18M8 8h3M8 12h3M8 16h3',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M20 20l-4-4',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 13l4 4L19 7',
  cross: 'M6 6l12 12M18 6 6 18',
  warning: 'M12 4 2.5 20h19zM12 10v4M12 17h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 11v5M12 8h.01',
  error: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M9 9l6 6M15 9l-6 6',
  success: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8 12l3 3 5-6',
  pause: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M10 9v6M14 9v6',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 2',
  off: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8 12h8',
  dashed:
    'M12 3a9 9 0 0 1 4 1M19 6.5a9 9 0 0 1 2 4M21 14a9 9 0 0 1-3 5M14 21a9 9 0 0 1-5-.5M5.5 18A9 9 0 0 1 3 13M3.5 9A9 9 0 0 1 7 4.5',
  play: 'M7 4l13 8-13 8z',
  columns: 'M4 4h16v16H4zM10 4v16M15 4v16',
  filter: 'M3 5h18l-7 8v6l-4 2v-8z',
  download: 'M12 3v12M7 11l5 5 5-5M4 20h16',
  plus: 'M12 5v14M5 12h14',
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  right: 'M9 6l6 6-6 6',
  sort: 'M8 9l4-4 4 4M8 15l4 4 4-4',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5 19 19M19 5l-1.5 1.5M6.5 17.5 5 19',
  moon: 'M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10',
  contrast: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 3v18',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21c0-4 3.5-7 8-7s8 3 8 7',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  log: 'M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h7',
  flag: 'M5 21V4h13l-3 4 3 4H5',
  bin: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4',
  launch: 'M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9',
  wave: 'M3 12h4l3-8 4 16 3-8h4',
  number: 'M10 3 8 21M16 3l-2 18M4 9h17M3 15h17',
  place: 'M12 21s7-6.5 7-11a7 7 0 0 0-14 0c0 4.5 7 11 7 11M12 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5',
  plug: 'M9 3v5M15 3v5M6 8h12v4a6 6 0 0 1-12 0zM12 18v3',
  lock: 'M6 11h12v9H6zM8 11V8a4 4 0 0 1 8 0v3',
  upload: 'M12 15V3M7 7l5-5 5 5M4 20h16',
  more: 'M12 6h.01M12 12h.01M12 18h.01',
} as const;
export type IconName = keyof typeof PATHS;

/** A symbol in the colour of the text around it; `size` in pixels. */
export const Icon = (props: { name: IconName; size?: number }) => (
  <svg
    width={props.size ?? 16}
    height={props.size ?? 16}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="2"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    focusable="false"
    style={{ flexShrink: 0 }}
  >
    <path d={PATHS[props.name]} />
  </svg>
);
