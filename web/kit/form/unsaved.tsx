import { Button, Group, Stack, Text } from '@mantine/core';
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Router } from 'wouter';
import { Dialog } from '../dialog.tsx';
import { kitText } from '../texts/index.ts';

interface Guard {
  /** Says that something is not saved; the answer says that it is. */
  hold: () => () => void;
  ask: (leave: () => void) => void;
}
const GuardContext = createContext<Guard | undefined>(undefined);

const unload = (event: BeforeUnloadEvent) => event.preventDefault();

/**
 * Asks before what somebody has typed is lost (NTF-6): when they follow a link, go back, close or reload the page, or
 * close the form. For a reload the browser asks in words of its own.
 */
export function UnsavedProvider(props: { children: ReactNode }) {
  const held = useRef(new Set<symbol>());
  const [leave, setLeave] = useState<(() => void) | undefined>();
  const ask = useCallback((then: () => void) => setLeave(() => then), []);
  const hold = useCallback(() => {
    const token = Symbol('unsaved');
    held.current.add(token);
    window.addEventListener('beforeunload', unload);
    return () => {
      held.current.delete(token);
      if (held.current.size === 0) window.removeEventListener('beforeunload', unload);
    };
  }, []);
  const guard = useMemo(() => ({ hold, ask }), [hold, ask]);
  const isHeld = useCallback(() => held.current.size > 0, []);
  const close = () => setLeave(undefined);
  return (
    <GuardContext value={guard}>
      <Router aroundNav={(go, to, options) => (isHeld() ? ask(() => go(to, options)) : go(to, options))}>
        <BackButton isHeld={isHeld} ask={ask} />
        {props.children}
      </Router>
      {leave && (
        <Dialog opened onClose={close} title={kitText.unsaved.title}>
          <Stack>
            <Text size="sm">{kitText.unsaved.lead}</Text>
            <Group justify="flex-end">
              <Button
                variant="default"
                onClick={() => {
                  close();
                  leave();
                }}
              >
                {kitText.unsaved.discard}
              </Button>
              <Button data-autofocus onClick={close}>
                {kitText.unsaved.goOn}
              </Button>
            </Group>
          </Stack>
        </Dialog>
      )}
    </GuardContext>
  );
}

/** Whether a form holds changes; the answer closes it, and asks first when they would be lost. */
export function useUnsaved(changed: boolean): (leave: () => void) => void {
  const guard = use(GuardContext);
  if (guard === undefined) throw new Error('useUnsaved needs an UnsavedProvider');
  const { hold, ask } = guard;
  useEffect(() => (changed ? hold() : undefined), [changed, hold]);
  return useCallback((leave) => (changed ? ask(leave) : leave()), [changed, ask]);
}

/** The browser has gone back before anybody is asked: the page is put in front again, and left once more if so wished. */
function BackButton({ isHeld, ask }: { isHeld: () => boolean; ask: Guard['ask'] }) {
  useLayoutEffect(() => {
    const address = () => window.location.pathname + window.location.search;
    let here = address();
    let isLeaving = false;
    // The router tells of every step that it makes.
    const stepped = () => {
      here = address();
    };
    const moved = (event: PopStateEvent) => {
      // A jump within the page (to its content) is none away from it.
      if (isLeaving || !isHeld() || address() === here) {
        isLeaving = false;
        here = address();
        return;
      }
      event.stopImmediatePropagation();
      window.history.pushState(null, '', here);
      ask(() => {
        isLeaving = true;
        window.history.back();
      });
    };
    window.addEventListener('popstate', moved, { capture: true });
    window.addEventListener('pushState', stepped);
    window.addEventListener('replaceState', stepped);
    return () => {
      window.removeEventListener('popstate', moved, { capture: true });
      window.removeEventListener('pushState', stepped);
      window.removeEventListener('replaceState', stepped);
    };
  }, [isHeld, ask]);
  return null;
}
