// Ways in which a mail server can misbehave, and the required outcome for an invoice to two people that meets such a server.
import { type DnsAnswer, type SmtpAction, type SmtpScript, times } from '@billing-mail/testkit';
import { type DeliveryStatus, type FailureCode } from '@billing-mail/contracts';
import { ACCOUNT } from '@billing-mail/tools/stage';

export type Peer = {
  name: string;
  injects: string;
  status: DeliveryStatus;
  tries: number;
  /** The stages at which the tries fail. */
  stages?: readonly string[];
  /** The reason of each failed try and of each recipient left without the mail; several if the tries differ. */
  reason?: readonly FailureCode[];
  /** The reason that the delivery and each recipient left without the mail must show, if only one of `reason` is allowed. */
  told?: FailureCode;
  /**
   * The server's reply in these tries, code and text, or a description of what came instead; `null` for nothing. If no try fails, the
   * reply that accepts the message.
   */
  reply: readonly (string | null)[];
  /** Number of recipients of each message that the server takes. */
  messages?: readonly number[];
  /** The size limit that is shown; `null` if only the message's own size is. */
  limitBytes?: number | null;
  script?: SmtpScript;
  /** Nothing listens on the server's port. */
  away?: true;
  /**
   * Only a time-out shows what the server does. The stage of these has short time-outs, which a server that
   * answers may exceed on a busy machine.
   */
  silent?: true;
  /** The DNS answer for its name. */
  dns?: DnsAnswer;
  /** What other machines of the same name do, by address; `null` if nothing listens there. */
  others?: readonly { address: string; script: SmtpScript | null }[];
  /** Number of recipients of the invoice, instead of two. */
  people?: number;
  /** Size of the attachment in bytes. What breaks in the middle of the body must be larger than the socket buffers. */
  bytes?: number;
  /** The team has the fallback on. */
  fallback?: true;
};

/** More than the buffers of both sockets on loopback (10 MB at most), so that the sender notices that nobody reads. */
const LARGE = 15_000_000;

const slowly = (text: string): SmtpAction => ({ wait: 400, then: text });

const takingAtMost = (count: number, otherwise: SmtpAction): SmtpScript => ({
  rcpt: (_address, index) => (index < count ? '250 ok' : otherwise),
});

type Expected = Pick<Peer, 'status' | 'tries' | 'stages' | 'reason' | 'reply'>;

const failing = (stage: string, reason: FailureCode, reply: string | null): Expected => ({
  status: 'failed',
  tries: 3,
  stages: [stage],
  reason: [reason],
  reply: [reply],
});
const doubtful = (reply: string | null = null): Expected => ({
  status: 'uncertain',
  tries: 2,
  stages: ['final'],
  reason: ['no_final_reply'],
  reply: [reply],
});
const sent = (reply = '250 2.0.0 queued'): Expected => ({ status: 'sent', tries: 1, reply: [reply] });

const FALLEN_BACK = { status: 'sent', tries: 4 } as const;

/** Shown in place of a reply that never ends. */
const ENDLESS = 'reply without end: more than 65536 bytes or 512 lines';

export const PEERS: readonly Peer[] = [
  { name: 'refused', injects: 'nobody listens at the port', away: true, ...failing('connect', 'smtp_unreachable', null) },
  {
    name: 'unroutable',
    injects: 'an address that no network knows',
    dns: { a: ['203.0.113.1'] },
    ...failing('connect', 'smtp_unreachable', null),
    silent: true,
  },
  { name: 'dns-unknown', injects: 'DNS knows no such name', dns: 'unknown', ...failing('dns', 'smtp_host_unknown', null) },
  { name: 'dns-failing', injects: 'DNS answers SERVFAIL', dns: 'failing', ...failing('dns', 'smtp_dns_unavailable', null) },
  { name: 'dns-silent', injects: 'DNS does not answer', dns: 'silent', ...failing('dns', 'smtp_dns_unavailable', null), silent: true },
  { name: 'dns-slow', injects: 'DNS answers after 0.2 s', dns: { a: ['127.0.0.1'], afterMs: 200 }, ...sent() },
  {
    name: 'banner-silent',
    injects: 'connection taken, no banner',
    script: { connect: 'stall' },
    ...failing('greeting', 'smtp_timeout', null),
    silent: true,
  },
  { name: 'banner-slow', injects: 'banner after 0.6 s', script: { banner: { wait: 600, then: '220 slow' } }, ...sent() },
  {
    name: 'banner-421',
    injects: '421 in place of the banner',
    script: { banner: '421 4.3.2 busy' },
    ...failing('greeting', 'smtp_server_busy', '421 4.3.2 busy'),
  },
  {
    name: 'banner-554',
    injects: '554 in place of the banner',
    script: { banner: '554 5.7.1 go away' },
    ...failing('greeting', 'smtp_greeting_refused', '554 5.7.1 go away'),
  },
  {
    name: 'banner-220-521',
    injects: 'a banner that begins with 220 and ends with 521',
    script: { banner: { raw: '220-welcome\r\n521 5.7.1 blocked\r\n' } },
    ...failing('greeting', 'smtp_greeting_refused', '521 5.7.1 blocked'),
  },
  {
    name: 'banner-554-unfinished',
    injects: 'the first line of a longer 554 in place of the banner, and closes',
    script: { banner: { raw: '554-5.7.1 blocked\r\n', then: 'close' } },
    ...failing('greeting', 'smtp_greeting_refused', '554 5.7.1 blocked'),
  },
  {
    name: 'ehlo-550-close',
    injects: '550 to EHLO, and closes',
    script: { ehlo: { reply: '550 5.7.1 no', then: 'close' } },
    ...failing('greeting', 'smtp_greeting_refused', '550 5.7.1 no'),
  },
  {
    name: 'ehlo-certificate-wanted',
    injects: '421 4.7.1 to EHLO, as Postfix says it to whoever shows no certificate, and closes',
    script: { ehlo: { reply: '421 4.7.1 mx.test Error: No client certificate presented', then: 'close' } },
    ...failing('greeting', 'smtp_client_certificate_wanted', '421 4.7.1 mx.test Error: No client certificate presented'),
  },
  {
    name: 'connect-reset',
    injects: 'reset right after the connection',
    script: { connect: 'reset' },
    ...{ status: 'failed', tries: 3, stages: ['connect', 'greeting'], reason: ['smtp_unreachable', 'smtp_connection_lost'], reply: [null] },
  },
  { name: 'ehlo-close', injects: 'closes at EHLO', script: { ehlo: 'close' }, ...failing('greeting', 'smtp_connection_lost', null) },
  {
    name: 'ehlo-endless',
    injects: 'an endless reply to EHLO',
    script: { ehlo: { flood: Infinity } },
    ...failing('greeting', 'smtp_protocol_error', ENDLESS),
  },
  {
    name: 'starttls-missing',
    injects: 'STARTTLS is not offered',
    script: { security: 'none' },
    ...failing('tls', 'smtp_starttls_missing', null),
  },
  {
    name: 'starttls-454',
    injects: '454 to STARTTLS',
    script: { starttls: { reply: '454 4.7.0 not now', then: 'close' } },
    ...failing('tls', 'smtp_tls_unavailable', '454 4.7.0 not now'),
  },
  {
    name: 'starttls-injected',
    injects: 'plain bytes behind the 220 of STARTTLS',
    script: { starttls: { raw: '220 go\r\n250-smuggled\r\n250 AUTH PLAIN\r\n' } },
    ...failing('tls', 'smtp_protocol_error', 'server sent a reply that nobody asked for'),
  },
  {
    name: 'tls-hang',
    injects: 'TLS handshake is never answered',
    script: { handshake: 'stall' },
    ...failing('tls', 'smtp_timeout', null),
    silent: true,
  },
  {
    name: 'tls-self-signed',
    injects: 'self-signed certificate',
    script: { certificate: 'self_signed' },
    ...failing('tls', 'smtp_certificate_untrusted', null),
  },
  {
    name: 'tls-wrong-host',
    injects: "another host's certificate",
    script: { certificate: 'wrong_host' },
    ...failing('tls', 'smtp_certificate_wrong_host', null),
  },
  {
    name: 'tls-expired',
    injects: 'expired certificate',
    script: { certificate: 'expired' },
    ...failing('tls', 'smtp_certificate_expired', null),
  },
  {
    name: 'tls-not-yet-valid',
    injects: 'a certificate that is not valid yet',
    script: { certificate: 'not_yet_valid' },
    ...failing('tls', 'smtp_certificate_not_yet_valid', null),
  },
  {
    name: 'tls-incomplete',
    injects: 'a certificate without the one in between',
    script: { certificate: 'incomplete' },
    ...failing('tls', 'smtp_certificate_incomplete', null),
  },
  { name: 'tls-1.1', injects: 'TLS 1.1 only', script: { maxTlsVersion: 'TLSv1.1' }, ...failing('tls', 'smtp_tls_outdated', null) },
  {
    name: 'auth-535-close',
    injects: '535 to AUTH, and closes',
    script: { auth: { reply: '535 5.7.8 wrong', then: 'close' } },
    ...failing('auth', 'smtp_auth_rejected', '535 5.7.8 wrong'),
  },
  {
    name: 'auth-535',
    injects: '535 to AUTH',
    script: { auth: '535 5.7.8 wrong' },
    ...failing('auth', 'smtp_auth_rejected', '535 5.7.8 wrong'),
  },
  ...['502 5.5.1 not here', '504 5.5.4 not this way', '534 5.7.9 too weak', '535 5.7.8 wrong'].map((answer): Peer => ({
    name: `auth-plain-${answer.slice(0, 3)}`,
    injects: `offers PLAIN and answers it by ${answer.slice(0, 3)}, takes LOGIN`,
    script: { auth: (mechanism) => (mechanism === 'PLAIN' ? answer : undefined) },
    ...sent(),
  })),
  { name: 'auth-334', injects: 'answers AUTH PLAIN by 334', script: { mechanisms: 'PLAIN', ignoresInitialResponse: true }, ...sent() },
  {
    name: 'auth-235-421',
    injects: '421 right behind the 235 to AUTH, and closes',
    script: { auth: { raw: '235 2.7.0 welcome\r\n421 4.3.2 bye\r\n', then: 'close' } },
    ...failing('auth', 'smtp_server_busy', '421 4.3.2 bye'),
  },
  {
    name: 'auth-454',
    injects: '454 to AUTH',
    script: { auth: '454 4.7.0 not now' },
    ...failing('auth', 'smtp_auth_unavailable', '454 4.7.0 not now'),
  },
  {
    name: 'mail-421',
    injects: '421 to MAIL',
    script: { mail: { reply: '421 4.3.2 bye', then: 'close' } },
    ...failing('mail', 'smtp_server_busy', '421 4.3.2 bye'),
  },
  {
    name: 'mail-451',
    injects: '451 to MAIL',
    script: { mail: '451 4.3.0 later' },
    ...failing('mail', 'smtp_server_busy', '451 4.3.0 later'),
  },
  {
    name: 'mail-550',
    injects: '550 to MAIL',
    script: { mail: '550 5.7.1 not you' },
    ...failing('mail', 'sender_refused', '550 5.7.1 not you'),
  },
  {
    name: 'rcpt-450',
    injects: '450 to every RCPT',
    script: { rcpt: '450 4.2.0 later' },
    ...failing('rcpt', 'asked_to_come_back', '450 4.2.0 later'),
  },
  {
    name: 'rcpt-550',
    injects: '550 5.7.1 to every RCPT',
    script: { rcpt: '550 5.7.1 not wanted' },
    ...failing('rcpt', 'recipient_refused', '550 5.7.1 not wanted'),
  },
  {
    name: 'rcpt-unknown',
    injects: '550 5.1.1 to every RCPT',
    script: { rcpt: '550 5.1.1 no such user' },
    ...failing('rcpt', 'recipient_unknown', '550 5.1.1 no such user'),
    tries: 1,
  },
  {
    name: 'rcpt-421',
    injects: '421 to the second RCPT, and closes',
    script: { rcpt: (address) => (address.startsWith('a.') ? '250 ok' : { reply: '421 4.3.2 bye', then: 'close' }) },
    ...failing('rcpt', 'smtp_server_busy', '421 4.3.2 bye'),
  },
  {
    name: 'rcpt-524',
    injects: '524 5.2.4 to every RCPT, as OpenSMTPD says it of an address that leads nowhere',
    script: { rcpt: '524 5.2.4 Mailing list expansion problem' },
    ...failing('rcpt', 'recipient_unknown', '524 5.2.4 Mailing list expansion problem'),
  },
  {
    name: 'rcpt-mixed',
    injects: '250 to the first RCPT, 450 to the second, always',
    script: { rcpt: (address) => (address.startsWith('a.') ? '250 ok' : '450 4.2.0 later') },
    ...failing('rcpt', 'asked_to_come_back', '450 4.2.0 later'),
    status: 'partly_sent',
  },
  {
    name: 'rcpt-5mb-reply',
    injects: 'a reply of 5 MB to RCPT',
    script: { rcpt: { flood: 5_000_000 } },
    ...failing('rcpt', 'smtp_protocol_error', ENDLESS),
  },
  {
    name: 'data-451',
    injects: '451 to DATA',
    script: { data: '451 4.3.0 later' },
    ...failing('data', 'smtp_server_busy', '451 4.3.0 later'),
  },
  { name: 'data-554', injects: '554 to DATA', script: { data: '554 5.6.0 no' }, ...failing('data', 'message_refused', '554 5.6.0 no') },
  {
    name: 'body-reset',
    injects: 'reset in mid-body',
    script: { body: { afterBytes: 50_000, action: 'reset' } },
    bytes: LARGE,
    ...failing('data', 'smtp_connection_lost', null),
  },
  {
    name: 'body-stall',
    injects: 'stops reading in mid-body',
    script: { body: { afterBytes: 50_000, action: 'stall' } },
    bytes: LARGE,
    silent: true,
    ...failing('data', 'smtp_timeout', null),
  },
  {
    name: 'body-552',
    injects: '552 in mid-body',
    script: { body: { afterBytes: 50_000, action: '552 5.3.4 too large' }, final: '552 5.3.4 too large' },
    bytes: LARGE,
    ...failing('data', 'message_too_large', '552 5.3.4 too large'),
    limitBytes: null,
  },
  {
    name: 'size',
    injects: 'SIZE smaller than the message',
    script: { maxBytes: 500 },
    ...failing('mail', 'message_too_large', null),
    limitBytes: 500,
  },
  {
    name: 'size-unnumbered',
    injects: 'SIZE without a number, and 552 to MAIL',
    script: { maxBytes: 0, extensions: ['SIZE', 'ENHANCEDSTATUSCODES'], mail: '552 5.3.4 Message size exceeds fixed limit' },
    ...failing('mail', 'message_too_large', '552 5.3.4 Message size exceeds fixed limit'),
    limitBytes: null,
  },
  { name: 'final-close', injects: 'closes after the end of data', script: { final: 'close' }, ...doubtful() },
  { name: 'final-reset', injects: 'resets after the end of data', script: { final: 'reset' }, ...doubtful() },
  { name: 'final-silence', injects: 'says nothing after the end of data', script: { final: 'stall' }, ...doubtful(), silent: true },
  { name: 'final-354', injects: '354 after the end of data', script: { final: '354 go on' }, ...doubtful('unexpected reply: 354 go on') },
  {
    name: 'final-garbage',
    injects: 'garbage after the end of data',
    script: { final: { raw: '\0\xff what?\r\n' } },
    ...doubtful('not an SMTP reply: \ufffdÿ what?'),
  },
  {
    name: 'final-5mb-reply',
    injects: 'a reply of 5 MB after the end of data',
    script: { final: { flood: 5_000_000 } },
    ...doubtful(ENDLESS),
  },
  {
    name: 'final-once-lost',
    injects: 'the first answer to the end of data gets lost',
    script: { final: times(1, 'close', '250 ok') },
    ...doubtful(),
    status: 'sent',
  },
  {
    name: 'final-lost-then-451',
    injects: 'one answer lost, then 451',
    script: { final: times(1, 'close', '451 4.3.0 later') },
    ...{ status: 'uncertain', tries: 3, stages: ['final'] },
    ...{ reason: ['no_final_reply', 'smtp_server_busy'], reply: [null, '451 4.3.0 later'], told: 'no_final_reply' },
  },
  {
    name: 'final-421',
    injects: '421 after the end of data',
    script: { final: { reply: '421 4.3.2 bye', then: 'close' } },
    ...failing('final', 'smtp_server_busy', '421 4.3.2 bye'),
  },
  {
    name: 'final-451',
    injects: '451 after the end of data',
    script: { final: '451 4.3.0 later' },
    ...failing('final', 'smtp_server_busy', '451 4.3.0 later'),
  },
  {
    name: 'final-554',
    injects: '554 after the end of data',
    script: { final: '554 5.6.0 spam' },
    ...failing('final', 'message_refused', '554 5.6.0 spam'),
  },
  {
    name: 'final-451-twice',
    injects: '451 twice, then 250',
    script: { final: times(2, '451 4.3.0 later', '250 ok') },
    ...failing('final', 'smtp_server_busy', '451 4.3.0 later'),
    status: 'sent',
  },
  {
    name: 'final-lines',
    injects: '250 in many lines',
    script: { final: '250 2.0.0 one\ntwo\nthree\nqueued' },
    ...sent('250-2.0.0 one 250-two 250-three 250 queued'),
  },
  { name: 'final-bytes', injects: '250 byte by byte', script: { final: { drip: '250 2.0.0 ok', everyMs: 40 } }, ...sent('250 2.0.0 ok') },
  {
    name: 'final-glued',
    injects: '250 with nothing between code and words',
    script: { final: { raw: '250Ok queued\r\n' } },
    ...sent('250 Ok queued'),
  },
  { name: 'final-tab', injects: '250 with a tab behind it', script: { final: { raw: '250\tok\r\n' } }, ...sent('250 ok') },
  {
    name: 'final-last-line-bare',
    injects: '250 whose last line has no code',
    script: { final: { raw: '250-queued\r\nas 1\r\n' } },
    ...sent('250-queued 250 as 1'),
  },
  {
    name: 'final-250-421',
    injects: '421 right behind the 250, and closes',
    script: { final: { raw: '250 2.0.0 queued\r\n421 4.3.2 bye\r\n', then: 'close' } },
    ...sent(),
  },
  { name: 'quit-hang', injects: 'never answers QUIT', script: { quit: 'stall' }, ...sent(), silent: true },
  { name: 'no-8bitmime', injects: '8BITMIME is not offered', script: { extensions: ['ENHANCEDSTATUSCODES'] }, ...sent() },
  { name: 'no-smtputf8', injects: 'SMTPUTF8 is not offered', script: { extensions: ['8BITMIME', 'PIPELINING'] }, ...sent() },
  {
    name: 'tarpit',
    injects: 'every reply takes 0.4 s',
    script: { banner: slowly('220 tar'), mail: slowly('250 ok'), rcpt: slowly('250 ok'), data: slowly('354 go'), final: slowly('250 ok') },
    ...sent('250 ok'),
  },
  { name: 'good', injects: 'nothing: a server that works', script: { accounts: [ACCOUNT] }, ...sent() },
];

/** The ways in which a machine can be dead, from which other machines of the same name must not suffer. */
const DEAD: Readonly<Record<string, SmtpScript | null>> = {
  refusing: null,
  silent: { banner: 'stall' },
  busy: { banner: { reply: '421 4.3.2 busy', then: 'close' } },
  closing: { connect: 'close' },
  'turning-away': { banner: '554 5.7.1 not here' },
  'without-tls': { handshake: 'close' },
};

const WAYS_TO_BE_DEAD = Object.keys(DEAD);
const ADDRESSES = WAYS_TO_BE_DEAD.length + 1;

/** Returns a peer whose name has machines that are dead in these ways, and a working one at this position in the DNS answer. */
function amongDead(name: string, ways: readonly string[], position: number): Peer {
  const others = ways.map((way, index) => ({ address: `127.0.0.${9 + index}`, script: DEAD[way] ?? null }));
  const addresses = others.map(({ address }) => address);
  return {
    name,
    injects: `a name with ${ways.length + 1} addresses, of which only number ${position + 1} works; the others: ${ways.join(', ')}`,
    others,
    dns: { a: addresses.toSpliced(position, 0, '127.0.0.1') },
    ...(ways.includes('silent') ? { silent: true } : {}),
    ...sent(),
  };
}

/**
 * Only as a team's own server: some need the fallback to the platform, which works; what is learnt about others would be
 * remembered for the platform's server.
 */
export const TEAM_PEERS: readonly Peer[] = [
  {
    name: 'rcpt-452',
    injects: '452 "too many recipients" from the second RCPT on',
    script: takingAtMost(1, '452 4.5.3 too many recipients'),
    messages: [1, 1],
    ...sent(),
  },
  {
    name: 'rcpt-452-of-20',
    injects: '452 "too many recipients" from the sixth RCPT on, of twenty',
    script: takingAtMost(5, '452 4.5.3 too many recipients'),
    people: 20,
    messages: [5, 5, 5, 5],
    ...sent(),
  },
  {
    name: 'rcpt-553-of-20',
    injects: '550 5.5.3 "too many recipients" from the sixth RCPT on, of twenty',
    script: takingAtMost(5, '550 5.5.3 too many recipients'),
    people: 20,
    messages: [5, 5, 5, 5],
    ...sent(),
  },
  ...WAYS_TO_BE_DEAD.map((way) => amongDead(`first-address-${way}`, [way], 1)),
  ...Array.from({ length: ADDRESSES }, (_, position) =>
    amongDead(
      `address-${position + 1}-of-${ADDRESSES}`,
      [...WAYS_TO_BE_DEAD.slice(position), ...WAYS_TO_BE_DEAD.slice(0, position)],
      position,
    ),
  ),
  {
    name: 'fallback-refused',
    injects: 'nobody listens, fallback on',
    away: true,
    fallback: true,
    ...failing('connect', 'smtp_unreachable', null),
    ...FALLEN_BACK,
  },
  {
    name: 'fallback-mixed',
    injects: '250 to the first RCPT, 450 to the second, fallback on',
    script: { rcpt: (address) => (address.startsWith('a.') ? '250 ok' : '450 4.2.0 later') },
    fallback: true,
    ...failing('rcpt', 'asked_to_come_back', '450 4.2.0 later'),
    ...FALLEN_BACK,
  },
  {
    name: 'fallback-554',
    injects: '554 after the end of data, fallback on',
    script: { final: '554 5.6.0 spam' },
    fallback: true,
    ...failing('final', 'message_refused', '554 5.6.0 spam'),
    ...FALLEN_BACK,
  },
  {
    name: 'fallback-limit',
    injects: '452 "too many recipients" from the sixth RCPT on, of twenty, fallback on',
    script: takingAtMost(5, '452 4.5.3 too many recipients'),
    people: 20,
    messages: [5, 5, 5, 5],
    fallback: true,
    ...sent(),
  },
  {
    name: 'fallback-doubt',
    injects: 'closes after the end of data, fallback on',
    script: { final: 'close' },
    fallback: true,
    ...doubtful(),
  },
];
