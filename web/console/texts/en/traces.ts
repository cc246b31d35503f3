/** English texts of call traces. */
export const traceText = {
  title: 'Trace calls',
  lead: 'Records the SIP messages that this gateway sends and sees, for support. Numbers and names are replaced by others that stay the same through one trace; passwords and keys are left out.',
  minutes: 'For how long (minutes)',
  calls: 'End after so many calls',
  allCalls: 'any number',
  number: 'Only this number',
  numberHint: 'Digits, with a plus or without; it is found in every way of writing it.',
  wrongNumber: 'Enter digits, with a plus or without.',
  trunk: 'Only this trunk',
  anyTrunk: 'All trunks',
  method: 'Only calls with',
  anyMethod: 'Everything',
  start: 'Start trace',
  none: 'No trace yet. Files are kept for 30 days.',
  waits: 'The gateway is neither restarted nor updated while a trace runs, unless somebody forces it.',
  traced: (file: string, calls: number, messages: number) =>
    `${file} is there: ${calls} ${calls === 1 ? 'call' : 'calls'}, ${messages} ${messages === 1 ? 'message' : 'messages'}`,
} as const;
