import { Notification } from '@mantine/core';
import { createContext, type ReactNode, use, useCallback, useRef, useState } from 'react';
import { Icon } from './icons.tsx';
import { kitText } from './texts/index.ts';

/** How long a notice stays, in milliseconds. What it says stands on the page as well. */
const SHOWN_MS = 8000;

const NoticeContext = createContext<((text: string) => void) | undefined>(undefined);

/** The corner in which what has succeeded is told; read out without taking the focus. */
export function NoticeProvider(props: { children: ReactNode }) {
  const [notices, setNotices] = useState<readonly { id: number; text: string }[]>([]);
  const next = useRef(0);
  const drop = useCallback((id: number) => setNotices((all) => all.filter((one) => one.id !== id)), []);
  const tell = useCallback(
    (text: string) => {
      next.current += 1;
      const id = next.current;
      setNotices((all) => [...all.filter((one) => one.text !== text), { id, text }]);
      setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  return (
    <NoticeContext value={tell}>
      {props.children}
      <div className="dk-notices" role="status">
        {notices.map(({ id, text }) => (
          <Notification
            key={id}
            withBorder
            // The corner is announced, not each notice for itself.
            role="presentation"
            color="green.8"
            icon={<Icon name="check" />}
            closeButtonProps={{ 'aria-label': kitText.close }}
            onClose={() => drop(id)}
          >
            {text}
          </Notification>
        ))}
      </div>
    </NoticeContext>
  );
}

/** Tells that something has succeeded. */
export function useNotice(): (text: string) => void {
  const tell = use(NoticeContext);
  if (tell === undefined) throw new Error('useNotice needs a NoticeProvider above it');
  return tell;
}
