/** Errors of SIP trunks: planning, setting, proving and watching them. */
export const trunkErrors = {
  'trunk.incomplete': {
    status: 422,
    cause: 'The trunk lacks a value that is needed to set it on the PBX',
    nextStep: 'Fill in the field that is named and try again.',
  },
  'trunk.unsafe-value': {
    status: 422,
    cause: 'A value of the trunk holds characters that must not stand in a command of the PBX',
    nextStep: 'Use letters, digits and . _ - @ : + in the field that is named, or set the trunk by the worksheet.',
  },
  'trunk.name-taken': {
    status: 409,
    cause: 'Another trunk of this account has the name already',
    nextStep: 'Choose another name.',
  },
  'trunk.too-many': {
    status: 409,
    cause: 'The gateway has as many trunks as it can have',
    nextStep: 'Delete trunks that are not used any more, or use another gateway.',
  },
  'trunk.unknown': {
    status: 404,
    cause: 'The gateway knows no such trunk',
    nextStep: 'Wait until the gateway is online and has taken over its settings, then try again.',
  },
  'trunk.no-pilot-number': {
    status: 422,
    cause: 'The trunk has no pilot number, so there is nothing to call',
    nextStep: 'Edit the trunk and enter its pilot number.',
  },
  'trunk.name-unknown': {
    status: 502,
    cause: 'The name of the peer leads to no address',
    nextStep: 'Check the spelling of the host name, and that the name servers of this site know it.',
  },
  'trunk.dns-failed': {
    status: 502,
    cause: 'The name servers of this site do not answer',
    nextStep: 'Check the name servers in the network settings of the gateway and whether they can be reached.',
  },
  'trunk.no-service': {
    status: 502,
    cause: 'DNS says that the peer offers no SIP over this transport',
    nextStep: 'Choose another transport, or ask the operator of the peer for the right name.',
  },
  'trunk.port-closed': {
    status: 502,
    cause: 'Nothing listens on that port of the peer, or a firewall rejects it',
    nextStep: 'Check the port number, whether SIP over this transport is switched on there, and the firewall between.',
  },
  'trunk.port-filtered': {
    status: 504,
    cause: 'The peer does not answer on that port: most likely a firewall drops the packets',
    nextStep: 'Allow this port in both directions between the gateway and the peer, then try again.',
  },
  'trunk.unreachable': {
    status: 502,
    cause: 'There is no way to the address of the peer',
    nextStep: 'Check the address, the router of this site and whether the peer is switched on.',
  },
  'trunk.not-tls': {
    status: 502,
    cause: 'The port does not speak TLS',
    nextStep: 'Check the port: SIP over TLS usually has 5061, and 5060 is SIP without encryption.',
  },
  'trunk.ca-unknown': {
    status: 502,
    cause: 'The certificate of the peer comes from a certificate authority that the gateway does not trust',
    nextStep: 'Have the certificate of that authority installed for this trunk on the gateway.',
  },
  'trunk.certificate-self-signed': {
    status: 502,
    cause: 'The peer shows a certificate that it has signed itself',
    nextStep:
      'Install a certificate of an authority on the peer, or have this one trusted for the trunk on the gateway.',
  },
  'trunk.intermediate-missing': {
    status: 502,
    cause: 'The peer does not send the intermediate certificate that links its own to an authority',
    nextStep: 'Install the whole chain on the peer: its certificate followed by the intermediate ones.',
  },
  'trunk.certificate-expired': {
    status: 502,
    cause: 'The certificate of the peer has expired',
    nextStep: 'Renew it on the peer; if it should still be valid, compare the clocks of the gateway and the peer.',
  },
  'trunk.certificate-not-yet-valid': {
    status: 502,
    cause: 'The certificate of the peer is not valid yet',
    nextStep: 'Compare the clocks of the gateway and the peer.',
  },
  'trunk.certificate-expires-soon': {
    status: 502,
    cause: 'The certificate of the peer expires soon',
    nextStep: 'Renew it on the peer before that day, or the trunk goes down with it.',
  },
  'trunk.certificate-name': {
    status: 502,
    cause: 'The certificate of the peer was made out for another name than the one that the trunk is set to',
    nextStep:
      'Set the trunk to a name that is in the certificate, or install one with the name of the trunk on the peer.',
  },
  'trunk.tls-ours-refused': {
    status: 502,
    cause: 'The peer refuses the versions of TLS that the gateway offers (1.2 and 1.3)',
    nextStep: 'Allow TLS 1.2 or 1.3 on the peer.',
  },
  'trunk.tls-too-old': {
    status: 502,
    cause: 'The peer speaks only versions of TLS before 1.2, which are not safe any more',
    nextStep: 'Switch TLS 1.2 or later on at the peer, or update its software.',
  },
  'trunk.client-certificate-missing': {
    status: 502,
    cause: 'The peer wants a certificate of the gateway (mutual TLS) and got none',
    nextStep: 'Install the client certificate of this trunk on the gateway, or switch mutual TLS off at the peer.',
  },
  'trunk.client-certificate-refused': {
    status: 502,
    cause: 'The peer does not accept the certificate that the gateway showed',
    nextStep: 'Check on the peer that the authority of that certificate is trusted, and that it has not expired.',
  },
  'trunk.closed-after-handshake': {
    status: 502,
    cause: 'The peer took the TLS handshake and then ended the connection without a word',
    nextStep:
      'This is how many systems refuse a certificate that may not be used by a client: check its extended key usage, then whether the peer admits our address.',
  },
  'trunk.tls-failed': {
    status: 502,
    cause: 'TLS with the peer failed',
    nextStep: 'Compare the TLS settings of the peer (versions, ciphers, certificate) with the detail that is shown.',
  },
  'trunk.connection-lost': {
    status: 502,
    cause: 'The peer ended the connection before it answered',
    nextStep: 'Check on the peer whether it admits the address of the gateway, and its log at this time.',
  },
  'trunk.not-sip': {
    status: 502,
    cause: 'What answers on that port does not speak SIP',
    nextStep: 'Check address and port of the peer.',
  },
  'trunk.silent': {
    status: 504,
    cause: 'The peer gives no answer to SIP requests',
    nextStep:
      'Check the transport, the domain that the peer expects, and the firewall; a SIP helper (ALG) in a router should be off. Over UDP try TCP or TLS.',
  },
  'trunk.credentials-missing': {
    status: 422,
    cause: 'The peer asks for a user name and password, and the gateway has no password for this trunk',
    nextStep: 'Enter the password of the trunk on the gateway: demarc trunk-access.',
  },
  'trunk.credentials-refused': {
    status: 502,
    cause: 'The peer refuses the user name or the password',
    nextStep:
      'Compare user name, password and realm at both ends. No further attempt is made, so that nothing is locked.',
  },
  'trunk.not-registered': {
    status: 502,
    cause: 'User and password are right, but nobody is registered with them at the far end at this moment',
    nextStep: 'Look on the PBX whether its registration is switched on and to whom it goes.',
  },
  'trunk.algorithm-unsupported': {
    status: 502,
    cause: 'The peer asks for a log-in by a method that is not supported here',
    nextStep: 'Switch digest with MD5, SHA-256 or SHA-512-256 on at the peer.',
  },
  'trunk.forbidden': {
    status: 502,
    cause: 'The peer knows the request and forbids it',
    nextStep:
      'Have the public address and the name of the gateway admitted at the far end, and the caller number allowed there.',
  },
  'trunk.number-refused': {
    status: 502,
    cause: 'The peer does not know the number or does not like how it is written',
    nextStep:
      'Compare the number as it was sent with what the peer expects; the plus sign is the most frequent difference.',
  },
  'trunk.timeout-remote': {
    status: 504,
    cause: 'The peer waited for somebody behind it and gave up (408 from the peer)',
    nextStep: 'Look behind the peer: it is reached, and what it forwards to does not answer.',
  },
  'trunk.media-refused': {
    status: 502,
    cause: 'The peer accepts none of the codecs or media kinds that were offered',
    nextStep: 'Compare the offered codecs with those that the peer allows, and whether it insists on encrypted audio.',
  },
  'trunk.extension-required': {
    status: 502,
    cause: 'The peer insists on a SIP extension that the other side does not have',
    nextStep: 'Switch that extension (it is named in the detail) from required to supported at the peer.',
  },
  'trunk.session-timer': {
    status: 502,
    cause: 'The peer finds the session timer too short, even when its own lower limit is used',
    nextStep: 'Compare the session timers of both ends.',
  },
  'trunk.interval-too-brief': {
    status: 502,
    cause: 'The peer finds the registration period too short, even when its own lower limit is used',
    nextStep: 'Set a longer registration period.',
  },
  'trunk.callee-busy': {
    status: 502,
    cause: 'The trunk works as far as the called number, which is busy or does not answer',
    nextStep: 'Call again, or set a pilot number that always answers.',
  },
  'trunk.dialog-lost': {
    status: 502,
    cause: 'The peer does not know the call any more',
    nextStep: 'Look for a restart or a switch to a standby system at the peer in the middle of the call.',
  },
  'trunk.loop': {
    status: 502,
    cause: 'The request runs in a circle: both ends send it to each other',
    nextStep: 'Follow the number through the routes of both ends; one of them must end it.',
  },
  'trunk.overloaded': {
    status: 503,
    cause: 'The peer is overloaded, in maintenance, or has no free channel',
    nextStep:
      'Try again after the time that the peer names; if it stays so, compare the number of channels that were bought.',
  },
  'trunk.peer-failed': {
    status: 502,
    cause: 'The peer failed within itself',
    nextStep: 'Look into the log of the peer at this time.',
  },
  'trunk.redirected': {
    status: 502,
    cause: 'The peer sends on to another address',
    nextStep: 'Set the trunk to the address that is named in the detail, if it is right.',
  },
  'trunk.refused': {
    status: 502,
    cause: 'The peer refuses the request',
    nextStep: 'The reason in its own words stands in the detail; look it up in the documentation of the peer.',
  },
  'trunk.options-unsupported': {
    status: 502,
    cause: 'The peer is alive and does not answer OPTIONS as a ping',
    nextStep: 'Nothing has to be done; set the supervision of the trunk so that any answer counts.',
  },
  'trunk.no-audio': {
    status: 502,
    cause: 'The call was answered, and no audio passed in either direction',
    nextStep: 'Open the range of RTP ports in both directions between the gateway and the address of the audio.',
  },
  'trunk.audio-not-received': {
    status: 502,
    cause: 'One-way audio: the far end gets ours, and nothing comes back',
    nextStep:
      'Let RTP from the address of the audio in; check for NAT between, and what address the gateway is told to name.',
  },
  'trunk.audio-not-heard': {
    status: 502,
    cause: 'One-way audio: we get the audio of the far end, and it reports that it gets none',
    nextStep: 'Let RTP out to the address of the audio; check whether that address can be reached from here.',
  },
  'trunk.audio-private-address': {
    status: 502,
    cause: 'The far end names a private address for its audio, which cannot be reached from here',
    nextStep: 'Set the public address, or the help with NAT, on the peer.',
  },
  'trunk.audio-encrypted': {
    status: 502,
    cause: 'The far end wants encrypted audio of a kind that a test call does not do',
    nextStep: 'Signalling is proven so far; prove the audio with a call from a telephone of the PBX.',
  },
  'trunk.call-dropped': {
    status: 502,
    cause: 'The far end hung up in the middle of the test call',
    nextStep: 'Look at the reason in the detail, and at what answers on the pilot number.',
  },
  'trunk.by-hand': {
    status: 422,
    cause: 'This PBX has no command line by which Demarc could set a trunk',
    nextStep: 'Download the worksheet of the trunk and set it on the PBX as written there.',
  },
  'trunk.no-password': {
    status: 422,
    cause: 'The trunk logs in with a password, and the gateway has none for it',
    nextStep: 'Enter the password of the trunk on the gateway: demarc trunk-access.',
  },
  'trunk.foreign-route': {
    status: 409,
    cause: 'The route number is in use on the PBX by something that Demarc did not make, or that was changed since',
    nextStep: 'Choose a route number that is free, or remove the route on the PBX if nobody needs it.',
  },
  'trunk.number-in-use': {
    status: 409,
    cause: 'The pilot number is in use on the PBX for something else',
    nextStep: 'Choose another pilot number, or free it on the PBX.',
  },
  'trunk.plan-outdated': {
    status: 409,
    cause: 'The PBX or the settings of the trunk have changed since they were compared, so nothing was written',
    nextStep: 'Compare with the PBX again, look at what would change, and apply that.',
  },
  'trunk.set-elsewhere': {
    status: 409,
    cause: 'The trunk is still set on the PBX that it belonged to before',
    nextStep: 'Remove it from that PBX first, then apply it to this one.',
  },
  'trunk.busy': {
    status: 409,
    cause: 'A trunk of this PBX is being changed right now',
    nextStep: 'Wait until that has ended, then try again.',
  },
  'trunk.not-there': {
    status: 502,
    cause: 'The PBX does not show what was written',
    nextStep: 'Look at the step on the PBX: a licence or a limit may be missing, or the release wants other values.',
  },
  'trunk.undone': {
    status: 502,
    cause: 'The change did not go through, and the PBX is as it was before',
    nextStep: 'Look at the step that is named and its reason, put it right, then compare with the PBX again.',
  },
  'trunk.half-done': {
    status: 502,
    cause: 'The change did not go through, and could not be taken back wholly',
    nextStep:
      'Look at what is named on the PBX. When the PBX can be reached and nobody else uses the route, apply or remove ' +
      'the trunk again: Demarc takes back what is left first.',
  },
  'trunk.not-kept': {
    status: 502,
    cause: 'The change is in effect, but the PBX has not saved it: a restart would lose it',
    nextStep: 'Apply the trunk again, which saves it, or run data_backup on the PBX.',
  },
} as const;
