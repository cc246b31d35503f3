import { Modal, type ModalProps } from '@mantine/core';
import { useEffect } from 'react';
import { useInFront } from './layers.tsx';

/** A dialog in the middle of the page. Escape closes only the one in front; afterwards the focus is where it was before. */
export function Dialog(props: Omit<ModalProps, 'returnFocus'>) {
  const inFront = useInFront(props.opened);
  useFocusBack(props.opened);
  return <Modal centered {...props} closeOnEscape={inFront && props.closeOnEscape !== false} returnFocus={false} />;
}

/** The library gives the focus back only when a dialog is told to close, not when it is taken off the page. */
function useFocusBack(opened: boolean): void {
  useEffect(() => {
    if (!opened) return undefined;
    const opener = openerOf(document.activeElement);
    return () => {
      const now = document.activeElement;
      // Whoever has gone on elsewhere stays there.
      if (now === null || now === document.body || now.closest('[role=dialog]') !== null) opener?.focus();
    };
  }, [opened]);
}

/** What opened the dialog; an entry of a menu goes with its menu, so that the menu's button stands for it. */
function openerOf(active: Element | null): HTMLElement | undefined {
  const button = active?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  const opener = button ? document.getElementById(button) : active;
  return opener instanceof HTMLElement && opener !== document.body ? opener : undefined;
}
