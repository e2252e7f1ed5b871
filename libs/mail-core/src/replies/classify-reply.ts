// Turns an observed fact of an SMTP conversation into a verdict: what has failed, how lasting the failure is, and its reason.
import { type FailureCode, type FailureReason } from '@billing-mail/contracts';
import { askedWaitMs } from './asked-wait.js';
import { cleanReply } from './clean-reply.js';
import { fitsReplyCode, parseEnhancedCode } from './enhanced-code.js';
import { findReplyRule, MEANING_BY_STAGE } from './reply-rules.js';
import { wordsOfReply } from './reply-words.js';
import { type SmtpFact } from './smtp-fact.js';
import { type Judgement, type Verdict } from './verdict.js';

type Fact<Kind extends SmtpFact['kind']> = Extract<SmtpFact, { kind: Kind }>;
type RouteVerdicts<Reason extends string> = Readonly<Record<Reason, { reason: FailureCode; lasting: 'transient' | 'permanent' }>>;

const BY_ADDRESS: RouteVerdicts<Fact<'address'>['reason']> = {
  // A name that leads into our network is reported like one that does not exist: telling them apart would let somebody map our network.
  host_forbidden: { reason: 'smtp_host_unknown', lasting: 'permanent' },
  port_forbidden: { reason: 'smtp_port_forbidden', lasting: 'permanent' },
  host_unknown: { reason: 'smtp_host_unknown', lasting: 'permanent' },
  dns_unavailable: { reason: 'smtp_dns_unavailable', lasting: 'transient' },
};

const BY_TLS: RouteVerdicts<Fact<'tls'>['reason']> = {
  starttls_missing: { reason: 'smtp_starttls_missing', lasting: 'permanent' },
  outdated: { reason: 'smtp_tls_outdated', lasting: 'permanent' },
  untrusted: { reason: 'smtp_certificate_untrusted', lasting: 'permanent' },
  incomplete: { reason: 'smtp_certificate_incomplete', lasting: 'permanent' },
  expired: { reason: 'smtp_certificate_expired', lasting: 'permanent' },
  not_yet_valid: { reason: 'smtp_certificate_not_yet_valid', lasting: 'permanent' },
  wrong_host: { reason: 'smtp_certificate_wrong_host', lasting: 'permanent' },
  not_pinned: { reason: 'smtp_certificate_not_pinned', lasting: 'permanent' },
  client_certificate_wanted: { reason: 'smtp_client_certificate_wanted', lasting: 'permanent' },
  client_certificate_refused: { reason: 'smtp_client_certificate_refused', lasting: 'permanent' },
  // A handshake also breaks off while a load balancer is being replaced.
  handshake: { reason: 'smtp_tls_failed', lasting: 'transient' },
};

const BY_EXTENSION: Readonly<Record<Fact<'unsupported'>['reason'], Judgement>> = {
  size: { scope: 'message', lasting: 'permanent', reason: 'message_too_large' },
  auth: { scope: 'route', lasting: 'permanent', reason: 'smtp_auth_unavailable' },
  smtputf8: { scope: 'recipient', lasting: 'permanent', reason: 'recipient_needs_smtputf8' },
};

/** Reasons for a broken connection before, during and after the TLS handshake. */
const BY_NETWORK: Readonly<Record<Fact<'network'>['reason'], { connecting: FailureCode; encrypting: FailureCode; talking: FailureCode }>> =
  {
    refused: { connecting: 'smtp_unreachable', encrypting: 'smtp_unreachable', talking: 'smtp_unreachable' },
    unroutable: { connecting: 'smtp_unreachable', encrypting: 'smtp_unreachable', talking: 'smtp_connection_lost' },
    // A server that rejects the handshake usually closes the connection and gives no reason.
    reset: { connecting: 'smtp_unreachable', encrypting: 'smtp_tls_failed', talking: 'smtp_connection_lost' },
    closed: { connecting: 'smtp_unreachable', encrypting: 'smtp_tls_failed', talking: 'smtp_connection_lost' },
    timeout: { connecting: 'smtp_unreachable', encrypting: 'smtp_timeout', talking: 'smtp_timeout' },
  };

/**
 * Turns a fact into a verdict. Never throws, whatever a server wrote. With `endOfDataReleased` (the final dot may have reached the server)
 * every fact is `uncertain` with reason `no_final_reply`, because the mail may be delivered; the only exception is a refusal in answer to
 * the final dot. `messageBytes` goes into the verdict if the server finds the message too large.
 */
export function classifyReply(fact: SmtpFact, context: { endOfDataReleased: boolean; messageBytes?: number }): Verdict {
  const code = fact.kind === 'reply' ? fact.code : null;
  const enhancedCode = fact.kind === 'reply' ? enhancedCodeOf(fact) : null;
  // The texts of other facts come from our own library and name addresses inside our network.
  const reply = fact.kind === 'reply' || fact.kind === 'protocol' ? cleanReply(fact.text) : null;
  const judgement: Judgement =
    context.endOfDataReleased && !refusesMessage(fact)
      ? { scope: 'message', lasting: 'uncertain', reason: 'no_final_reply' }
      : judge(fact, enhancedCode);
  return {
    ...judgement,
    stage: fact.stage,
    code,
    enhancedCode,
    reply,
    ...askedOf(fact, judgement),
    ...sizesOf(fact, judgement, context),
    ...seenOf(fact, judgement),
  };
}

/** A time that the server names counts only for a transient failure. After a permanent refusal the next try comes at the usual time. */
function askedOf(fact: SmtpFact, { lasting }: Judgement): Pick<Verdict, 'askedWaitMs'> {
  const asked = waitOf(fact, lasting);
  return asked === null ? {} : { askedWaitMs: asked };
}

const waitOf = (fact: SmtpFact, lasting: Judgement['lasting']): number | null =>
  fact.kind === 'reply' && lasting === 'transient' ? askedWaitMs(wordsOfReply(fact.text)) : null;

function sizesOf(fact: SmtpFact, { reason }: Judgement, { messageBytes }: { messageBytes?: number }): Pick<Verdict, 'sizes'> {
  if (fact.kind === 'unsupported' && fact.reason === 'size') return { sizes: fact.sizes };
  return reason === 'message_too_large' && messageBytes !== undefined ? { sizes: { messageBytes } } : {};
}

function seenOf(fact: SmtpFact, { lasting }: Judgement): Pick<Verdict, 'seen'> {
  if (lasting !== 'uncertain') return {};
  if (fact.kind === 'reply' || fact.kind === 'protocol') return { seen: 'nonsense' };
  return { seen: fact.kind === 'network' && fact.reason === 'timeout' ? 'stalled' : 'broke' };
}

/** Returns the part of a verdict that is reported, as data. */
export const reasonOf = ({ reason, reply, askedWaitMs, sizes, seen }: Verdict, server: string): FailureReason => ({
  ...{ code: reason, server, reply },
  ...(askedWaitMs === undefined ? {} : { askedWaitMs }),
  ...(sizes === undefined ? {} : { sizes }),
  ...(seen === undefined ? {} : { seen }),
});

/** The four enhanced status codes that say that a mailbox does not exist. Contract 3.3: such a recipient is not tried again. */
const NONEXISTENT: ReadonlySet<string> = new Set(['5.1.1', '5.1.2', '5.1.3', '5.1.10']);

/**
 * Whether RCPT was refused because the recipient does not exist, which is final. Only an enhanced status code proves it:
 * words such as "mailbox unavailable" also stand for a full, locked or unwilling mailbox.
 */
export function isNonexistentRecipient(verdict: Verdict): boolean {
  return (
    verdict.stage === 'rcpt' &&
    verdict.lasting === 'permanent' &&
    verdict.reason === 'recipient_unknown' &&
    NONEXISTENT.has(verdict.enhancedCode ?? '')
  );
}

/**
 * Whether the fact is a refusal in answer to the end of data, 421 included. A reply at any other stage says nothing about a message that
 * has been sent.
 */
function refusesMessage(fact: SmtpFact): boolean {
  return fact.kind === 'reply' && fact.stage === 'final' && isRefusal(fact.code);
}

function isRefusal(code: number): boolean {
  return code >= 400 && code <= 599;
}

function judge(fact: SmtpFact, enhancedCode: string | null): Judgement {
  switch (fact.kind) {
    case 'reply':
      return judgeReply(fact, enhancedCode);
    case 'address':
      return { scope: 'route', ...BY_ADDRESS[fact.reason] };
    case 'network':
      return { scope: 'route', lasting: 'transient', reason: networkReason(fact) };
    case 'tls':
      return { scope: 'route', ...BY_TLS[fact.reason] };
    case 'protocol':
      return { scope: 'route', lasting: 'transient', reason: 'smtp_protocol_error' };
    case 'unsupported':
      return BY_EXTENSION[fact.reason];
  }
}

function networkReason(fact: Fact<'network'>): FailureCode {
  const reasons = BY_NETWORK[fact.reason];
  if (fact.stage === 'dns' || fact.stage === 'connect') return reasons.connecting;
  return fact.stage === 'tls' ? reasons.encrypting : reasons.talking;
}

function judgeReply(fact: Fact<'reply'>, enhancedCode: string | null): Judgement {
  // 354 to RCPT, 250 to DATA, 999: the server has lost its place in the conversation; a new session may succeed.
  if (!isRefusal(fact.code)) return { scope: 'route', lasting: 'transient', reason: 'smtp_protocol_error' };
  const rule = findReplyRule(fact.stage, fact.code, enhancedCode, fact.text);
  const meaning = MEANING_BY_STAGE[fact.stage];
  const lasting = fact.code < 500 || rule?.passes === true ? 'transient' : 'permanent';
  const said = rule?.reason ?? meaning[fact.code < 500 ? 'transient' : 'permanent'];
  // A server that names a time to come back has not refused anything yet, whatever else it says about the message.
  const reason = said === 'message_refused' && waitOf(fact, lasting) !== null ? 'asked_to_come_back' : said;
  return {
    ...{ scope: rule?.scope ?? meaning.scope, lasting, reason: fact.byToken === true ? ofToken(reason) : reason },
    ...(rule?.stopsWay === true ? { stopsWay: true } : {}),
  };
}

/** A client that signs in with a token has no password that could be wrong. */
const ofToken = (reason: FailureCode): FailureCode =>
  reason === 'smtp_auth_rejected' || reason === 'smtp_password_not_allowed' ? 'smtp_token_refused' : reason;

function enhancedCodeOf(fact: Fact<'reply'>): string | null {
  const given = fact.enhancedCode;
  return given !== null && fitsReplyCode(given, fact.code) ? given : parseEnhancedCode(fact.text, fact.code);
}
