import { type BounceClass } from '@billing-mail/contracts';
import { classifyBounce } from './classify-bounce.js';

/** Replies as providers publish them or as they are often seen. */
const REPLIES: readonly (readonly [BounceClass, string])[] = [
  [
    'no_such_address',
    "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos",
  ],
  [
    'no_such_address',
    '550 5.1.1 <x@y.example>: Recipient address rejected: User unknown in virtual mailbox table (in reply to RCPT TO command)',
  ],
  ['no_such_address', '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'],
  ['no_such_address', '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)'],
  ['no_such_address', '550 Requested action not taken: mailbox unavailable'],
  ['no_such_address', "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]"],
  ['no_such_address', 'Sorry, no mailbox here by that name. (#5.1.1)'],
  ['no_such_address', 'User anna (anna@y.example) not listed in Domino Directory'],
  ['no_such_address', '550 Benutzer unbekannt'],
  ['no_such_address', '550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_418 [418]'],
  ['mailbox_full', '452 4.2.2 The email account that you tried to reach is over quota'],
  ['mailbox_full', '552 5.2.2 STOREDRV.Deliver: mailbox full'],
  ['mailbox_full', 'mailbox is full: retry timeout exceeded'],
  ['mailbox_full', '550 5.1.1 User over quota. (#5.1.1)'],
  ['mailbox_full', '552 Das Postfach ist voll'],
  ['mailbox_full', '552 Het postvak van de ontvanger is vol'],
  ['mailbox_disabled', '550 La casella di posta è stata disabilitata'],
  ['mailbox_disabled', '550 Konto zostało zablokowane'],
  ['no_such_address', '550 Okänd mottagare'],
  ['no_such_address', '550 Gebruiker bestaat niet'],
  ['domain_not_found', 'No MX or A records for y.example'],
  ['mailbox_disabled', '550 5.2.1 The email account that you tried to reach is disabled'],
  [
    'mailbox_disabled',
    '554 delivery error: dd Sorry your message cannot be delivered. This account has been disabled or discontinued [#102].',
  ],
  ['too_large', '552 5.3.4 Message size exceeds fixed limit'],
  ['too_large', "552 5.2.3 Your message exceeded Google's message size limits"],
  ['relaying_denied', '554 5.7.1 <x@y.example>: Relay access denied'],
  ['relaying_denied', "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"],
  ['recipient_refuses', '550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required'],
  ['domain_not_found', 'Host or domain name not found. Name service error for name=y.example type=A: Host not found'],
  ['domain_not_found', '550 5.4.310 DNS domain y.example does not exist'],
  ['domain_not_found', "Sorry, I couldn't find any host named y.example. (#5.1.2)"],
  ['domain_not_found', '556 5.1.10 Domain y.example does not accept mail (nullMX)'],
  ['content_refused', '550 5.7.1 Our system has detected that this message is likely unsolicited mail'],
  ['content_refused', '554 5.7.1 Message rejected as spam by Content Filtering.'],
  ['content_refused', '552 5.7.0 Our system detected an illegal attachment on your message'],
  ['rate_limited', '421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address'],
  ['rate_limited', '450 4.2.1 The user you are trying to contact is receiving mail too quickly'],
  ['rate_limited', '550 5.4.5 Daily sending quota exceeded'],
  ['blocked', '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org'],
  ['blocked', '550 5.7.606 Access denied, banned sending IP [192.0.2.1]'],
  ['blocked', '550 5.7.25 The IP address sending this message does not have a PTR record setup'],
  // These replies are about our server and mention the mailbox or spam only in passing: the address must not be taken for a dead one.
  ['blocked', '550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.1 is blacklisted, see the details at your provider'],
  ['blocked', '554 5.7.1 <x@y.example>: Recipient address rejected: https://www.spamhaus.org/query/ip/192.0.2.1'],
  ['blocked', '553 5.7.1 <out.example[192.0.2.1]>: Client host rejected: Relaying denied - your IP belongs to a spammer'],
  ['blocked', '550 permanent failure for one or more recipients (x@y.example:blocked)'],
  ['blocked', '550 5.5.4 Your IP 192.0.2.1 is listed by a block list'],
  ['blocked', '554 IP=192.0.2.1 - A problem occurred. Ask your postmaster for help'],
  ['blocked', '550 5.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]'],
  ['blocked', '450 4.7.1 Client rejected: cannot find your reverse hostname'],
  ['rate_limited', '450 4.2.0 <x@y.example>: Recipient address rejected: Greylisted, see http://postgrey.example/help'],
  ['rate_limited', '451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)'],
  [
    'authentication',
    '550 5.7.509 Access denied, sending domain y.example does not pass DMARC verification and has a DMARC policy of reject.',
  ],
  // A sentence may continue over several lines of a reply.
  [
    'content_refused',
    '552-5.7.0 This message was blocked because its content presents a potential\n 552-5.7.0 security issue. Please visit',
  ],
  ['recipient_refuses', 'Error delivering to anna/Customer; You are not authorized to send mail to this group'],
  ['recipient_refuses', '550 5.7.1 The recipient does not accept mail from this sender'],
  ['policy', '550 5.7.1 Submission refused for now'],
  ['sender_refused', '550 5.1.8 Sender address rejected: Domain not found'],
  ['authentication', '550 5.7.26 This message does not pass authentication checks (SPF and DKIM both do not pass)'],
  ['policy', '550 5.7.1 TRANSPORT.RULES.RejectMessage; the message was rejected by organization policy'],
  ['routing_loop', '554 5.4.6 Too many hops'],
  ['routing_loop', '554 5.6.0 Message exceeded 50 hops, this may indicate a mail loop'],
  ['expired', '550 4.4.7 QUEUE.Expired; message expired'],
  ['expired', 'retry timeout exceeded'],
  ['unreachable', 'connect to mx.y.example[192.0.2.9]:25: Connection timed out'],
  ['unreachable', 'connect to mx.y.example[192.0.2.9]:25: No route to host'],
  ['system_error', 'Command died with status 2: "/usr/bin/procmail"'],
];

it.each(REPLIES)('takes for %s: %s', (expected, diagnostic) => {
  const status = /[45]\.\d+\.\d+/.exec(diagnostic)?.[0] ?? null;
  expect(classifyBounce({ action: 'failed', status, diagnostic, context: '' }).class).toBe(expected);
});

it.each([
  ['5.1.1', 'no_such_address', true],
  ['5.1.2', 'domain_not_found', true],
  ['5.2.2', 'mailbox_full', false],
  ['5.2.1', 'mailbox_disabled', true],
  ['4.2.1', 'mailbox_disabled', false],
  ['5.3.4', 'too_large', true],
  ['4.4.7', 'expired', false],
  ['5.7.1', 'policy', true],
  ['5.0.0', 'other', false],
])('reads status %s alone as %s', (status, expected, permanent) => {
  expect(classifyBounce({ action: 'failed', status, diagnostic: null, context: '' })).toEqual({ class: expected, permanent });
});

it('takes the words of the report where the other server gave none', () => {
  expect(classifyBounce({ action: 'failed', status: '5.0.0', diagnostic: null, context: "The recipient's mailbox is full." }).class).toBe(
    'mailbox_full',
  );
});

it('calls nothing permanent that is still tried, and nothing expired', () => {
  const words = { status: '4.0.0', diagnostic: null, context: 'This warning may be repeated until the message expired.' };
  expect(classifyBounce({ ...words, action: 'delayed' })).toEqual({ class: 'unreachable', permanent: false });
  // Exchange gives 4.4.7 to delayed and to expired mail alike.
  const delayed = { status: '4.4.7', diagnostic: '400 4.4.7 Message delayed', context: '' };
  expect(classifyBounce({ ...delayed, action: 'delayed' })).toEqual({ class: 'unreachable', permanent: false });
});

it('does not take an address in the words for words', () => {
  expect(classifyBounce({ action: 'failed', status: null, diagnostic: 'said to spam@mailbox-full.example', context: '' }).class).toBe(
    'other',
  );
});
