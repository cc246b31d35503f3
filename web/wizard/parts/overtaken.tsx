import { Overtaken } from '#web/kit/overtaken.tsx';
import { ErrorPanel } from '#web/kit/panels.tsx';
import { isOvertaken } from '../data/wizard.tsx';
import { text } from '../texts/index.ts';

/** Why a change was not taken; when another browser was quicker, with the way to see what it has stored. */
export function ChangeError(props: { error: unknown; onShowStored: () => void }) {
  if (props.error === null || props.error === undefined) return null;
  if (!isOvertaken(props.error)) return <ErrorPanel error={props.error} />;
  return (
    <Overtaken
      title={text.step.changed}
      next={text.step.changedNext}
      action={text.step.showStored}
      onTake={props.onShowStored}
    />
  );
}
