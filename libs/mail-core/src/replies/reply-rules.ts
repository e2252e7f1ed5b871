// The ordered table that gives an SMTP reply its meaning. The rules of known providers come before it; the first match wins, and a reply
// that no rule matches gets the meaning of its stage.
import { type AttemptStage, type FailureCode } from '@billing-mail/contracts';
import { PROVIDER_RULES } from './providers/provider-rules.js';
import { type ReplyRule } from './reply-rule.js';
import { wordsOfReply } from './reply-words.js';
import { type FailureScope } from './smtp-fact.js';

const SENDING = ['mail', 'rcpt', 'data', 'final'] as const;
const TAKING = ['rcpt', 'data', 'final'] as const;

const ENCRYPTION_DEMANDED =
  /must issue (?:a )?starttls|starttls (?:is )?required|tls (?:is )?required|(?:encryption|encrypted connection|secure connection) (?:is )?(?:required|needed)/i;
const TOO_FAST =
  /rate.?limit|rate exceeded|send(?:ing)? (?:rate|limit)|throttl|too many (?:concurrent |simultaneous |smtp |open )*(?:connections|sessions|messages(?! on the server)|e-?mails|mails|log-?ins?|failed|auth)|too much mail|too (?:quickly|fast|frequent)|slow down|unexpected volume|unusual (?:sending )?(?:rate|activity)|(?:hourly|daily|submission|connections?|credits?|relay) (?:user |sending |message )*(?:limit|quota)s? (?:has been |was |is )?(?:exceeded|reached|exhausted)|credits exceeded|submissionquota/i;
/** "More than 30 messages per minute": a number in a given time is a limit, whatever else the reply says about it. */
const SO_MANY_IN_A_TIME =
  /\b(?:messages?|e-?mails?|mails?|recipients?|rcpts?|nachrichten|empfänger)(?: (?:are |is )?(?:allowed|permitted|accepted))? (?:per|an?|each|every|pro|je) (?:second|minute|hour|day|month|sekunde|stunde|tag)\b/i;
const RECIPIENT_TOO_FAST = /receiving mail (?:too quickly|at a rate)|recipient thread limit/i;
const RELAY_REFUSED =
  /relay(?:ing)? (?:access |is )*(?:denied|prohibited|not (?:permitted|allowed)|disallowed)|(?:unable|not permitted|not allowed|refuse|refused) to relay|(?:do not|don't|cannot|can't) relay|unauthori[sz]ed relay|\brcpthosts\b/i;
const LOGIN_DEMANDED =
  /authentication (?:is )?required|requires authentication|(?:must|need to|please) (?:be )?(?:authenticate|log ?in)|(?:was |are |is )?not authenticated|send auth command first|client host rejected: access denied/i;
const SENDER_REFUSED =
  /sender(?: address| e-?mail| domain)?(?: is| was)?(?: rejected| denied| refused| not allowed| not verified| unauthori[sz]ed| verify failed)|bad outbound sender|not owned by|send ?as ?denied|send as this sender|not (?:allowed|authori[sz]ed|permitted) to send (?:as|from|mail from|on behalf)|(?:identities failed the check|address is not verified)|sender (?:signature|identity)|from:? (?:address|header)/i;
const NOT_PROVED = /\b(?:spf|dmarc|dkim)\b|sender policy framework/i;
const CLIENT_BLOCKED =
  /client host|helo command rejected|blocked using|block.?list|black.?list|spamhaus|banned sending ip|reverse (?:dns|hostname)|\bptr\b|ipcheck|(?:connections|traffic) not accepted/i;
const TOO_LARGE =
  /(?:message|e-?mail|mail|size|content|attachments?) (?:is |are |size |file )*(?:too (?:large|big)|exceeds|over)|size limit|message size|maximum (?:message |allowed )?size|too large/i;
const MAILBOX_FULL =
  /mailbox (?:is )?(?:full|over.?quota|size limit)|over (?:storage )?quota|quota (?:exceeded|limit)|exceeded (?:its |their |the )?(?:storage|mailbox|quota)|exhausted allowed storage|speicher(?:platz|volumen)|too many messages on the server|out of storage|inbox is full/i;
const UNKNOWN_RECIPIENT =
  /(?:user|recipient|address|mailbox|addressee|account)(?: address| is| name)* (?:unknown|not (?:found|known))|unknown (?:user|recipient|local part|address|mailbox)|no such (?:user|recipient|mailbox|address|person|local user)|(?:does|do)(?: not|n't) (?:exist|have an? )|no mailbox (?:here )?by that name|mailbox unavailable|(?:unrouteable|invalid|non-?existent) (?:address|recipient|mailbox)|not listed in domino directory|benutzer nicht bekannt/i;

export const REPLY_RULES: readonly ReplyRule[] = [
  // Encryption: RFC 3207 4 (530 Must issue STARTTLS), RFC 4954 6 (538 5.7.11), RFC 3463 5.7.10, Microsoft 365 (421 4.7.66 TLS 1.0), Gmail
  // (421 TLS required).
  { at: ['auth', ...SENDING], status: /^7\.(?:10|11|66)$/, reason: 'smtp_tls_failed', scope: 'route' },
  { at: ['auth', ...SENDING], text: ENCRYPTION_DEMANDED, reason: 'smtp_tls_failed', scope: 'route' },

  // Exchange: a group that accepts internal senders only. The reply says "authentication required" but is about the recipient.
  { at: TAKING, text: /RESOLVER\.RST\.(?:not)?auth/i, reason: 'recipient_refused' },

  // Exchange "send as" errors use the general 5.2.0 STOREDRV, so they come before the throttling rule for the same words.
  { at: SENDING, status: /^2\.252$|^7\.60$/, reason: 'sender_refused', scope: 'route' },
  { at: SENDING, text: /send ?as ?denied/i, reason: 'sender_refused', scope: 'route' },

  // Postfwd, policyd, cPanel. The same holds for a limit of recipients in a given time: splitting them over more transactions does not
  // lower their number.
  { text: SO_MANY_IN_A_TIME, reason: 'smtp_rate_limited', scope: 'route', passes: true },

  // RFC 3463 X.5.3. It passes, because the remaining recipients go into a transaction of their own.
  { at: TAKING, status: /^5\.3$/, reason: 'too_many_recipients', passes: true },
  { at: TAKING, text: /too many recipients|recipients? limit/i, reason: 'too_many_recipients', passes: true },

  // "Slow down": Gmail 450 4.2.1 and Exchange 432 4.3.2 STOREDRV are about one mailbox that receives too much ...
  { at: TAKING, text: RECIPIENT_TOO_FAST, reason: 'smtp_rate_limited', passes: true },
  // ... RFC 4954 6: 432 4.7.12 at AUTH asks for a new password ...
  { at: ['auth'], status: /^7\.12$/, reason: 'smtp_auth_rejected' },
  // ... elsewhere 432, 4.7.5xx and 4.7.6xx are the throttling of Microsoft 365, 5.1.90 and 5.7.705 its daily limits, 5.4.5 that of Gmail,
  // and X.7.28 is "mail flood" in IANA's registry.
  { code: /^432$/, reason: 'smtp_rate_limited', scope: 'route' },
  { code: /^4/, status: /^7\.(?:28|[56]\d\d)$/, reason: 'smtp_rate_limited', scope: 'route' },
  { code: /^5/, status: /^1\.90$|^7\.(?:28|705)$|^4\.5$/, reason: 'smtp_rate_limited', scope: 'route', passes: true },
  // Microsoft 365 throttles with 554 5.2.0 STOREDRV, a 5xx that passes; Amazon SES with 454 in place of a reply to the mail.
  { at: SENDING, status: /^2\.0$/, text: /STOREDRV/i, reason: 'smtp_rate_limited', scope: 'route', passes: true },
  { at: SENDING, code: /^454$/, reason: 'smtp_rate_limited', scope: 'route' },
  // All others say it in words: SES, SendGrid, Yahoo, GMX, IONOS, Postfix anvil, Zoho.
  { text: TOO_FAST, reason: 'smtp_rate_limited', scope: 'route', passes: true },

  // A server that wants a client certificate says so when it gets none, in words of its own (RFC 3463 X.7.0 and X.7.1 say no more), mostly
  // with a 421 as it closes the connection.
  {
    text: /client certificate (?:is )?(?:required|needed|missing|mandatory)|(?:require|need|want)s? (?:a |your )?client certificate/i,
    reason: 'smtp_client_certificate_wanted',
    scope: 'route',
  },

  // RFC 5321 3.8: a server that shuts down answers any command with 421.
  { code: /^421$/, reason: 'smtp_server_busy', scope: 'route' },

  // STARTTLS, RFC 3207 4: 454 is temporary; 500, 502 and the like come from servers that do not support it. The defaults of the stage cover
  // both.
  // AUTH, RFC 4954 4 and 6: an unknown mechanism (504 5.5.4), an unknown command (500, 502) or one that is not available now (503) says
  // nothing about the password.
  { at: ['auth'], code: /^503$/, reason: 'smtp_auth_unavailable', passes: true },
  { at: ['auth'], code: /^50[0124]$/, reason: 'smtp_auth_unavailable' },

  // DKIM, SPF, DMARC: RFC 7372 X.7.20 to X.7.24 and X.7.26, Microsoft 365 5.7.509 and 5.7.515.
  { at: SENDING, status: /^7\.(?:2[0-46]|509|515)$/, reason: 'sender_unauthenticated', scope: 'route' },
  { at: SENDING, text: NOT_PROVED, reason: 'sender_unauthenticated', scope: 'route' },
  // Unknown sender domain (RFC 3463 X.1.7, X.1.8; RFC 7505 X.7.27), ARC (RFC 8617 X.7.29),
  // Postfix "not owned by user", Exim "sender verify failed", SES "not verified". Postfix says these at RCPT (smtpd_delay_reject).
  { at: SENDING, status: /^1\.[78]$|^7\.2[79]$/, reason: 'sender_refused', scope: 'route' },
  { at: SENDING, text: SENDER_REFUSED, reason: 'sender_refused', scope: 'route' },

  // Contract 3.3: the status that ends a recipient's tries is explicit and outweighs everything else that the text says.
  { at: ['rcpt'], code: /^5/, status: /^1\.(?:[123]|10)$/, reason: 'recipient_unknown' },

  // RFC 4954 6 (530 5.7.0), Microsoft 365 (530 5.7.57). A refused relay means a missing login, not an unknown recipient (Postfix, Exim,
  // sendmail, qmail, Exchange).
  { at: SENDING, code: /^530$/, reason: 'smtp_auth_required', scope: 'route' },
  { at: SENDING, text: LOGIN_DEMANDED, reason: 'smtp_auth_required', scope: 'route' },
  { at: SENDING, text: RELAY_REFUSED, reason: 'smtp_auth_required', scope: 'route' },

  // Our own IP address is unwelcome: block lists and reverse DNS (RFC 7372 5.7.25, Microsoft 365 5.7.511 and 5.7.606 to 5.7.649).
  { at: SENDING, status: /^7\.(?:25|6[0-4]\d|511)$/, reason: 'smtp_greeting_refused', scope: 'route' },
  { at: SENDING, text: CLIENT_BLOCKED, reason: 'smtp_greeting_refused', scope: 'route' },

  // RFC 1870 6.1 and RFC 3463 X.3.4, X.2.3: too large, at whatever stage the server finds out.
  { at: SENDING, status: /^3\.4$|^2\.3$/, reason: 'message_too_large', scope: 'message' },
  // RFC 5321 4.5.3.1.10: a 552 at RCPT means the same as 452, "too many recipients", unless it is about the mailbox.
  { at: ['rcpt'], code: /^552$/, status: /^2\.2$/, reason: 'mailbox_full', passes: true },
  { at: ['rcpt'], code: /^552$/, text: /quota|storage|full/i, reason: 'mailbox_full', passes: true },
  // RFC 3463 X.2.2; Gmail, T-Online, Web.de, IONOS, Exim.
  { at: TAKING, status: /^2\.2$/, reason: 'mailbox_full' },
  { at: TAKING, text: MAILBOX_FULL, reason: 'mailbox_full' },
  { at: ['mail', 'data', 'final'], code: /^55/, text: TOO_LARGE, reason: 'message_too_large', scope: 'message' },
  // Gmail: 552 5.7.0 is about forbidden content, not size.
  { at: ['data', 'final'], code: /^552$/, status: /^[67]\./, reason: 'message_refused' },
  { at: ['mail', 'data', 'final'], code: /^552$/, reason: 'message_too_large', scope: 'message' },
  // RFC 3463 4.3.x: the mail system itself is in trouble (452 4.3.1 disk space, 451 4.3.0 lookup failure), which says nothing about the
  // recipient.
  { at: SENDING, code: /^4/, status: /^3\./, reason: 'smtp_server_busy' },
  { at: ['rcpt'], code: /^452$/, text: /insufficient|storage|space|resources/i, reason: 'smtp_server_busy' },
  { at: ['rcpt'], code: /^[45]52$/, reason: 'too_many_recipients', passes: true },

  // Commands that the server does not know (RFC 5321 4.2.4) or finds out of order (503: the server has lost its place; a new session finds
  // it again).
  { at: ['data'], text: /no valid recipients/i, reason: 'recipient_refused' },
  { at: SENDING, code: /^503$/, reason: 'smtp_protocol_error', scope: 'route', passes: true },
  { at: SENDING, code: /^50[024]$|^555$/, reason: 'smtp_protocol_error', scope: 'route' },

  // Some servers verify an address by asking its own server; until they have the answer, 4.1.1 means "not yet known".
  { at: ['rcpt'], code: /^4/, text: /unverified|verif/i, reason: 'asked_to_come_back' },
  // RFC 3463 X.1.1 mailbox, X.1.2 domain, X.1.3 syntax, X.1.6 moved; Exchange X.1.10, X.4.4 and X.4.310 (domain without mail server).
  { at: TAKING, status: /^1\.(?:[1236]|10)$|^4\.(?:4|310)$/, reason: 'recipient_unknown' },
  // Exchange Online's edge answers 5.4.1 "Recipient address rejected: Access denied" for an address that its tenant does not have.
  { at: ['rcpt'], status: /^4\.1$/, text: /recipient address rejected: access denied/i, reason: 'recipient_unknown' },
  // RFC 5321 3.4: 551 names a forward path that must not be followed unasked.
  { at: ['rcpt'], code: /^551$/, reason: 'recipient_unknown' },
  // Without a status, in words: GMX, Web.de, IONOS, freenet, Yahoo, qmail, Domino. After RCPT only with the code for a mailbox.
  { at: ['rcpt'], text: UNKNOWN_RECIPIENT, reason: 'recipient_unknown' },
  { at: ['data', 'final'], code: /^550$/, text: UNKNOWN_RECIPIENT, reason: 'recipient_unknown' },
  // RFC 3463 4.6.x and 4.7.x after DATA: greylisting and filters that want to see the message again.
  { at: ['data', 'final'], code: /^4/, status: /^[67]\./, reason: 'message_refused' },
];

type StageMeaning = { scope: FailureScope; transient: FailureCode; permanent: FailureCode };
const turnedAway: StageMeaning = { scope: 'route', transient: 'smtp_server_busy', permanent: 'smtp_greeting_refused' };

/** The meaning of a refusal that no rule matches. RFC 5321 4.3.2 lists the replies command by command. */
export const MEANING_BY_STAGE: Readonly<Record<AttemptStage, StageMeaning>> = {
  dns: turnedAway,
  connect: turnedAway,
  greeting: turnedAway,
  tls: { scope: 'route', transient: 'smtp_tls_unavailable', permanent: 'smtp_starttls_missing' },
  auth: { scope: 'route', transient: 'smtp_auth_unavailable', permanent: 'smtp_auth_rejected' },
  mail: { scope: 'route', transient: 'smtp_server_busy', permanent: 'sender_refused' },
  // A 4xx means "not now" (RFC 5321 4.2.1), whatever words a greylisting server uses: the address may be right.
  rcpt: { scope: 'recipient', transient: 'asked_to_come_back', permanent: 'recipient_refused' },
  data: { scope: 'message', transient: 'smtp_server_busy', permanent: 'message_refused' },
  final: { scope: 'message', transient: 'smtp_server_busy', permanent: 'message_refused' },
};

// Addresses do not count as words: "<dkim@customer.example>: User unknown" says nothing about DKIM. The lengths are bounded, so that the
// search takes linear time.
const ADDRESS = /[^\s<>@]{1,64}@[^\s<>@]{1,255}/g;

const ALL_RULES: readonly ReplyRule[] = [...PROVIDER_RULES.flatMap(({ rules }) => rules), ...REPLY_RULES];

/** Returns the first rule that matches a refusal (code 400 to 599), if there is one. */
export function findReplyRule(stage: AttemptStage, code: number, enhancedCode: string | null, text: string): ReplyRule | undefined {
  const digits = String(code);
  const status = enhancedCode?.slice(2) ?? '';
  const words = wordsOfReply(text).replace(ADDRESS, '');
  return ALL_RULES.find(
    (rule) =>
      (rule.at?.includes(stage) ?? true) &&
      (rule.code?.test(digits) ?? true) &&
      (rule.status?.test(status) ?? true) &&
      (rule.text?.test(words) ?? true),
  );
}
