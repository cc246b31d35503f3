import type { ComponentProps } from 'react';
import { Form } from '#web/kit/form/form.tsx';
import { useUnsaved } from '#web/kit/form/unsaved.tsx';

/** A form that stands on its page or in a drawer, and asks before it is left over changes (NTF-6). */
export function EditForm(props: ComponentProps<typeof Form>) {
  useUnsaved(props.edited.changed);
  return <Form {...props} />;
}
