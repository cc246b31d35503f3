import { kitText } from '../texts/index.ts';

/** One thing in a form that is not right yet, and where. */
export interface Fault {
  field: HTMLElement;
  label: string;
  message: string;
}

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const isField = (element: unknown): element is Field =>
  element instanceof HTMLInputElement || element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement;

/** All that a form knows to be wrong, in the order of its fields: what the browser checks, and what the form says itself. */
export function faultsOf(form: HTMLFormElement): Fault[] {
  return [...form.elements].flatMap((field): Fault[] => {
    if (!isField(field)) return [];
    const message = saidBy(field) ?? (field.willValidate && !field.validity.valid ? judged(field) : undefined);
    return message === undefined ? [] : [{ field, label: labelOf(field), message }];
  });
}

/** The field that the server means: by its whole name, or by the last part of it. */
export function fieldNamed(form: HTMLFormElement, name: string): { field: HTMLElement; label: string } | undefined {
  const last = name.split('.').at(-1) ?? name;
  const field = [...form.elements].find((one) => isField(one) && (one.name === name || one.name === last));
  return isField(field) ? { field, label: labelOf(field) } : undefined;
}

/** Brings the person to a field, also to one in a part of the form that is folded away. */
export function goTo(field: HTMLElement): void {
  for (let part = field.closest('details'); part; part = part.parentElement?.closest('details') ?? null) {
    part.open = true;
  }
  field.scrollIntoView({ block: 'center' });
  field.focus({ preventScroll: true });
}

/** What stands under a field as its error. */
function saidBy(field: Field): string | undefined {
  const ids = field.getAttribute('aria-describedby')?.split(' ') ?? [];
  const error = ids.filter((id) => id.endsWith('-error')).map((id) => document.getElementById(id)?.textContent);
  return error.find(Boolean) ?? undefined;
}

/** The browser's own words are in its language, which need not be that of the page. */
function judged(field: Field): string {
  const t = kitText.faults;
  const { validity } = field;
  if (validity.valueMissing) return t.missing;
  if (validity.typeMismatch) return t.type;
  if (validity.patternMismatch) return t.pattern;
  if (validity.tooShort) return t.short(Number(field.getAttribute('minlength')));
  return t.wrong;
}

function labelOf(field: Field): string {
  const label = field.labels?.[0];
  if (label === undefined) return field.getAttribute('aria-label') ?? '';
  const words = label.cloneNode(true);
  if (!(words instanceof HTMLElement)) return label.textContent;
  // The star of a field that is required.
  for (const mark of words.querySelectorAll('[aria-hidden]')) mark.remove();
  return words.textContent.trim();
}
