import { Change } from '#contract/api.ts';
import { parseJson } from '../api/api-error.ts';

/** Whether what is on the screen follows the cloud by itself. */
export type LiveState = 'connecting' | 'live' | 'reconnecting';

/** How long to wait before a new stream when the server has refused the old one, in milliseconds. */
const REOPEN_MS = 5000;

/**
 * Follows `/api/v1/stream`. After a cut the browser reconnects by itself and sends Last-Event-ID, so nothing is missed;
 * after a refusal (session over, server restarting behind a proxy) a new stream is opened and `onGap` says that changes
 * may have been missed. Returns the way to stop.
 */
export function followStream(options: {
  url: string;
  onChange: (change: Change) => void;
  onState: (state: LiveState) => void;
  onGap: () => void;
}): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let gap = false;

  const take = (event: MessageEvent<string>) => {
    const change = Change.safeParse(parseJson(event.data));
    if (change.success) options.onChange(change.data);
    else options.onGap();
  };
  const open = () => {
    if (stopped) return;
    const current = new EventSource(options.url);
    source = current;
    current.addEventListener('open', () => {
      options.onState('live');
      if (gap) options.onGap();
      gap = false;
    });
    current.addEventListener('message', take);
    current.addEventListener('change', (event) => {
      if (event instanceof MessageEvent) take(event);
    });
    current.addEventListener('error', () => {
      options.onState('reconnecting');
      if (current.readyState !== EventSource.CLOSED) return;
      gap = true;
      timer = setTimeout(open, REOPEN_MS);
    });
  };
  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
}
