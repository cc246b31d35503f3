/** What of a session description (RFC 8866) may leave the site: where media goes and how, never with which key. */

/** Attributes that say how media goes. */
const KEPT = new Set(
  (
    'candidate end-of-candidates fmtp group ice-lite ice-options inactive maxptime mid msid-semantic ' +
    'ptime recvonly rtcp rtcp-fb rtcp-mux rtcp-rsize rtpmap sendonly sendrecv setup silenceSupp curr ' +
    'des conf t38faxversion t38maxbitrate'
  ).split(' '),
);

/** Each line on its own; one of an unknown kind keeps its letter. */
export function redactSdp(sdp: string): string {
  return sdp
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => {
      const [kind, value] = [line.slice(0, 1), line.slice(2)];
      if ('vtcmbr'.includes(kind)) return line;
      // The name of the session's owner is often a number; the address after it is what support needs.
      if (kind === 'o') return `o=- ${value.split(' ').slice(1).join(' ')}`;
      if (kind === 's') return 's=-';
      return kind === 'a' ? `a=${attribute(value)}` : `${kind}=***`;
    })
    .map((line) => `${line}\r\n`)
    .join('');
}

function attribute(text: string): string {
  const colon = text.indexOf(':');
  const name = colon === -1 ? text : text.slice(0, colon);
  if (KEPT.has(name)) return text;
  // The suite is what both ends have to agree on; the key comes after "inline:" (RFC 4568).
  const crypto = /^crypto:(\d+) +([A-Z0-9_]+) /.exec(text);
  if (crypto !== null) return `crypto:${crypto[1]} ${crypto[2]} inline:***`;
  const fingerprint = /^fingerprint:([\w-]+) /.exec(text);
  if (fingerprint !== null) return `fingerprint:${fingerprint[1]} ***`;
  return colon === -1 && /^[\w-]{1,32}$/.test(name) ? name : `${/^[\w-]{1,32}$/.test(name) ? name : 'unknown'}:***`;
}
