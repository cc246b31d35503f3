import type { ReactNode } from 'react';
import { Dialog } from '#web/kit/dialog.tsx';
import { Form } from '#web/kit/form/form.tsx';
import { useUnsaved } from '#web/kit/form/unsaved.tsx';
import type { Edited } from '#web/kit/form/use-edited.ts';

/** A form in a dialog, which asks before it closes over changes (NTF-6). */
export function EditDialog(props: {
  title: string;
  action: string;
  edited: Edited;
  /** Why it cannot be sent yet. */
  blocked?: boolean;
  overtaken?: { title: string; next: string; action: string };
  size?: 'lg';
  onClose: () => void;
  children: ReactNode;
}) {
  const { title, size, onClose, ...form } = props;
  const leaveBy = useUnsaved(props.edited.changed);
  const close = () => leaveBy(onClose);
  return (
    <Dialog opened onClose={close} title={title} {...(size && { size })}>
      <Form {...form} onCancel={close} />
    </Dialog>
  );
}
