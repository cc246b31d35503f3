import { Center, Loader } from '@mantine/core';
import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { kitText } from './texts/index.ts';

export interface OnDemand<P extends object = object> {
  page: ComponentType<P>;
  /** Begins to load its code. Rejects when that fails; then the page tries again when it is shown. */
  load: () => Promise<void>;
}

/**
 * A page whose code is loaded when it is shown for the first time. Not `lazy` in `Suspense`: what a fallback stands for,
 * React holds back for 300 ms, so a page that is there after ten would ask for its rows a third of a second late.
 */
export function onDemand<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  waiting: ReactNode = <Waiting />,
): OnDemand<P> {
  let Loaded: ComponentType<P> | undefined;
  const begin = async () => {
    Loaded = (await load()).default;
  };
  function Page(props: P) {
    const [failure, setFailure] = useState<{ cause: unknown }>();
    const [, setThere] = useState(Loaded !== undefined);
    useEffect(() => {
      let isGone = false;
      begin().then(
        () => isGone || setThere(true),
        (cause: unknown) => isGone || setFailure({ cause }),
      );
      return () => {
        isGone = true;
      };
    }, []);
    if (failure !== undefined) throw failure.cause;
    return Loaded === undefined ? waiting : <Loaded {...props} />;
  }
  return { page: Page, load: begin };
}

function Waiting() {
  return (
    <Center mih="40dvh">
      <Loader aria-label={kitText.loading} role="status" />
    </Center>
  );
}
