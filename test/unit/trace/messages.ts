/** A call with every kind of secret in it, as it would be on the wire. */

/** What must be in no file of a trace, in no spelling. */
export const SECRETS = [
  '720123456',
  '142685300',
  '5551234987',
  'Anna Muster',
  'a.muster',
  'hunter2-in-uri',
  '6629fae49393a05397450978507c4ef1',
  'dcd98b7102dd2f0e8b11d0f600bfb0c093',
  'cnonce0a4f113b',
  'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz',
  'icePwd9sKfo23',
  '4A:AD:B9:B1:3F:82',
  'secret-cname',
  'eyJhbGciOiJFUzI1NiIs',
  'Gesundheit ist privat',
  'Signal=7',
  '48.2082,16.3738',
  'Basic-dXNlcjpwYXNz',
  'subject-about-health',
];

const SDP = [
  'v=0',
  'o=720123456 2890844526 2890844526 IN IP4 192.0.2.10',
  's=Anna Muster',
  'e=a.muster@example.org',
  'c=IN IP4 192.0.2.10',
  't=0 0',
  'k=clear:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz',
  'm=audio 49170 RTP/SAVP 8 101',
  'a=rtpmap:8 PCMA/8000',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4',
  'a=ice-pwd:icePwd9sKfo23',
  'a=fingerprint:sha-256 4A:AD:B9:B1:3F:82',
  'a=ssrc:1 cname:secret-cname',
  'a=sendrecv',
  '',
].join('\r\n');

const message = (lines: string[], body = '', type = 'application/sdp') =>
  Buffer.from(
    [
      ...lines,
      ...(body === '' ? [] : [`Content-Type: ${type}`]),
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
    'latin1',
  );

const A = { address: '192.0.2.10', port: 5060 };
const B = { address: '198.51.100.7', port: 5061 };

const dialog = (callId: string, number: string) => ({
  callId,
  via: 'Via: SIP/2.0/TLS 192.0.2.10:5060;branch=z9hG4bK776asdhds;rport',
  from: `From: "Anna Muster" <sip:+43720123456:hunter2-in-uri@pbx.example;user=phone>;tag=1928301774`,
  to: `To: <sip:${number}@cloud.example>`,
  id: `Call-ID: ${callId}`,
});

/** An INVITE that is challenged, refused for its channels, with digest, SRTP and all that carries names. */
export function seededCall(callId = 'a84b4c76e66710@pbx.example', number = '+33142685300') {
  const d = dialog(callId, number);
  const invite = (cseq: number, more: string[]) =>
    message(
      [
        `INVITE sip:${number};phone-context=a.muster@cloud.example;user=phone?Subject=subject-about-health SIP/2.0`,
        d.via,
        d.from,
        d.to,
        d.id,
        `CSeq: ${cseq} INVITE`,
        'Max-Forwards: 70',
        'Contact: <sip:a.muster@192.0.2.10:5060;transport=tls>;+sip.instance="<urn:uuid:5551234987>"',
        'P-Asserted-Identity: "Anna Muster" <sip:0043720123456@pbx.example>, <tel:+43-720-123-456>',
        'Diversion: <sip:5551234987@pbx.example>;reason=no-answer',
        'Identity: eyJhbGciOiJFUzI1NiIs',
        's: subject-about-health',
        'Geolocation: <geo:48.2082,16.3738>',
        'X-Patient: Gesundheit ist privat',
        'Reason: Q.850;cause=16;text="0720123456 hung up"',
        'User-Agent: MiVoice 8.0',
        ...more,
      ],
      SDP,
    );
  const answer = (line: string, cseq: string, more: string[] = []) =>
    message([`SIP/2.0 ${line}`, d.via, d.from, `${d.to};tag=a6c85cf`, d.id, `CSeq: ${cseq}`, ...more]);
  const credentials =
    'Authorization: Digest username="a.muster", realm="cloud.example", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",\r\n' +
    ' uri="sip:+33142685300@cloud.example", response="6629fae49393a05397450978507c4ef1", qop=auth, nc=00000001, cnonce="cnonce0a4f113b"';
  const challenge =
    'WWW-Authenticate: Digest realm="cloud.example", qop="auth", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", algorithm=SHA-256';
  return [
    { from: A, to: B, bytes: invite(1, []) },
    { from: B, to: A, bytes: answer('401 Unauthorized', '1 INVITE', [challenge]) },
    { from: A, to: B, bytes: invite(2, [credentials, 'Proxy-Authorization: Basic Basic-dXNlcjpwYXNz']) },
    {
      from: A,
      to: B,
      bytes: message(
        [`INFO sip:${number}@cloud.example SIP/2.0`, d.via, d.from, d.to, d.id, 'CSeq: 3 INFO'],
        'Signal=7\r\nDuration=160\r\n',
        'application/dtmf-relay',
      ),
    },
    { from: B, to: A, bytes: answer('503 Trunk concurrent call limit exceeded for +33142685300', '2 INVITE') },
  ];
}
