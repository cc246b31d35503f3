import type { CstaDevice } from '#pbx-adapters/channels/csta/devices.ts';

/** Longest number that is taken for one of the PBX itself; longer ones are public numbers. */
const MAX_EXTENSION = 8;

/**
 * The extension in a CSTA device id, undefined when there is none. The forms that are known: plain digits,
 * `N<123!98>` (the part behind the mark is an appearance of the same number), `N123;noa=nk` and `sip:123@host`.
 */
export function extensionOf(deviceId: string): string | undefined {
  const inner = /^N?<([^<>]*)>/.exec(deviceId)?.[1] ?? deviceId;
  const number = inner
    .replace(/^(?:sips?:|tel:)/i, '')
    .replace(/^N(?=\d)/, '')
    .split(/[!;@]/, 1)[0];
  return internalNumber(number);
}

/** A number of the PBX itself without blanks, undefined for public numbers and everything that is none. */
export function internalNumber(text: string | undefined): string | undefined {
  const digits = text?.replaceAll(/[\s.-]/g, '') ?? '';
  return digits.length <= MAX_EXTENSION && /^[\d*#]*\d[\d*#]*$/.test(digits) ? digits : undefined;
}

/** Whether a device is a phone as far as is known; a PBX may tell neither category nor type. */
export const isPhone = ({ category, type }: CstaDevice): boolean =>
  (category === undefined || category === 'station') && (type === undefined || type === 'station');
