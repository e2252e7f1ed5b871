// How programs and providers begin a report in words. No person writes these lines, so they distinguish a report from a letter.
import { givesReason } from '../classify/classify-bounce.js';
import { field, fieldText, type HeaderFields } from '../header-fields.js';

/** A report says at its beginning that it is one. */
const MAX_OPENING_CHARACTERS = 6000;

interface KnownFormat {
  readonly format: string;
  /** Matched against the first `MAX_OPENING_CHARACTERS` characters of the report's own words. */
  readonly opening: RegExp;
}

/** The first match wins. Sources: the programs' source code or documentation, and samples that providers published. */
const KNOWN_FORMATS: readonly KnownFormat[] = [
  // qmail-send.c bounceopen(), and the many that changed its words.
  {
    format: 'qmail',
    opening:
      /this is the qmail|hi\. (?:this|the) |i(?:'|\u2019)m afraid i wasn't able to deliver your message|machine generated message from mail service|su mensaje no pudo ser entregado/i,
  },
  // Postfix bounce(5), template "failure" and "delay".
  {
    format: 'postfix',
    opening:
      /i'm sorry to have to inform you|this is the (?:postfix|mail system) (?:program )?at host|below this line is a copy of the message to|####\n# THIS IS A WARNING ONLY/i,
  },
  // Exim deliver.c, and those built on it (Zoho, 1&1, GMX).
  { format: 'exim', opening: /this message was created automatically by (?:the )?(?:mail delivery|smtp)/i },
  {
    format: 'gmx',
    opening:
      /this message was created automatically by mail delivery software[^]{0,600}(?:gmx|web\.de|1&1|mail\.com)|diese nachricht wurde automatisch/i,
  },
  // Sendmail savemail.c.
  {
    format: 'sendmail',
    opening: /-{3,} ?(?:the following addresses had|transcript of session|unsent message)|the original message was received at/i,
  },
  // Exchange 5.5 to 2003 "System Administrator", then 2007 and later with "Diagnostic information for administrators".
  {
    format: 'exchange',
    opening:
      /did not reach the following recipient|diagnostic information for administrators|delivery has failed to these recipients|generating server:|msexch|the e-?mail (?:system|account) .{0,60}(?:unable|does not exist at the organi[sz]ation)|fehler bei der (?:nachrichten)?zustellung|diagnoseinformationen für administratoren|(?:échec de (?:la )?remise|informations de diagnostic)|no se pudo entregar el mensaje|错误信息/i,
  },
  {
    format: 't_online',
    opening: /t-online|die nachricht konnte nicht|konnte (?:leider )?nicht (?:zugestellt|ausgeliefert|übermittelt)|unzustellbar/i,
  },
  {
    format: 'microsoft365',
    opening:
      /couldn't be delivered|wasn't found at|office 365|konnte nicht (?:an|zugestellt)|n'a pas pu être remis|your message to .{1,200} (?:couldn't|could not|can't) be/i,
  },
  {
    format: 'outlook',
    opening:
      /this is an automatically generated delivery status notification|delivery to the following recipients? (?:has been|have been|was|failed|is)/i,
  },
  {
    format: 'gmail',
    opening:
      /address not found|delivery incomplete|gmail will retry|message (?:not delivered|blocked|too large)|your message wasn't delivered to|delivery to the following recipient (?:failed|has been delayed)|technical details of|recipient inbox full|the response (?:from the remote server )?was:/i,
  },
  {
    format: 'domino',
    opening:
      /was not delivered to:|not listed in domino|domino directory|ihre nachricht[^]{0,300}wurde nicht zugestellt|n'a pas été remis/i,
  },
  { format: 'groupwise', opening: /the message that you sent was undeliverable to the following|groupwise/i },
  {
    format: 'amazon_ses',
    opening:
      /an error occurred while trying to deliver the mail to the following recipients|the following message to <[^>]{1,300}> was undeliverable/i,
  },
  { format: 'yahoo', opening: /(?:sorry,? )?we were unable to deliver your message|message from yahoo/i },
  { format: 'aol', opening: /your mail to the following recipients could not be delivered|mail delivery problem/i },
  { format: 'mailru', opening: /mail\.ru|письмо|не (?:удалось|может быть) доставлен/i },
  { format: 'mimecast', opening: /mimecast|message delivery (?:to|has) /i },
  { format: 'barracuda', opening: /your message to:[^]{0,600}(?:was )?blocked by our spam firewall|blocked by our bulk email filter/i },
  { format: 'proofpoint', opening: /proofpoint/i },
  { format: 'icloud', opening: /icloud|mail\.me\.com/i },
  { format: 'interscan', opening: /interscan messaging security suite|unable to deliver message to </i },
  { format: 'mailmarshal', opening: /your message:[^]{0,800}(?:could not be delivered because|was not delivered)|mailmarshal/i },
  { format: 'james', opening: /error message below:/i },
  {
    format: 'smtp32',
    opening:
      /(?:undeliverable to|user mailbox exceeds|unknown (?:user|host):|invalid final delivery userid|delivery failed \d+ attempts|could not deliver)[ :]/i,
  },
  { format: 'netscape', opening: /this message was undeliverable due to/i },
  { format: 'listserv', opening: /error-for:|error-code:/i },
  // What most other reports say in one form or another.
  {
    format: 'words',
    opening:
      /(?:could|can|was|were|is|has|have|be|been) ?n[o']t (?:be |been |able to be )?(?:delivered|deliver)|failed recipients|delivery errors|failure reasons|smtp error|remote host said|following (?:recipients?|address(?:es)?)|has been postponed|delivery of (?:e-?mail|the message)|not be delivered|unable to deliver|undeliver(?:able|ed)|delivery (?:status notification|failed|failure|error|report|problem)|fail(?:ed|ure) to deliver|has been returned|returned (?:mail|to sender)|message not delivered|not delivered to|rejected (?:your|the|this) (?:message|mail|e-?mail)|(?:message|mail|e-?mail) .{0,60}(?:was |has been |is )(?:rejected|blocked|refused|returned|bounced|quarantined)|returning (?:message|mail)|permanent (?:fatal )?error|could not send message|still being retried|delivery (?:attempts )?(?:is |has been |was )?delay|mail(?:box)? (?:is )?full|user unknown|no such user|nicht (?:zugestellt|zustellbar|ausgeliefert)|zustellung|non (?:remis|délivré|distribué)|remise|impossible de (?:remettre|délivrer|distribuer)|no (?:se )?pudo (?:ser )?(?:entregar|entregado)|no (?:ha sido |fue )?entregado|não (?:foi|pode) (?:ser )?entreg|non (?:è stato |può essere )?(?:consegn|recapit)|nie (?:została|można|dostarczon)|niet (?:worden )?(?:bezorgd|afgeleverd)|(?:kunne ikke|kunde inte) lever|退信|投递失败|无法(?:投递|送达|发送)|未能(?:送达|投递)|配信(?:できません|不能|エラー)|送信できません/i,
  },
];

const DAEMON =
  /mailer[-_. ]?daemon|post_?master|mail(?:er)?[ _.-]?(?:delivery|administrator|system|router|admin)|system administrator|microsoft ?(?:outlook|exchange)|delivery (?:sub)?system|bounce|\bmail system|noreply.{0,20}deliver|administrator@|^\s*<>\s*$|mdaemon|imss@/i;
const SUBJECT =
  /undeliver|un(?:able to )?deliver|deliver(?:y|ing)?\b.{0,30}(?:fail|status|error|problem|delay|report|notif|refus)|fail(?:ed|ure)?\b.{0,30}(?:deliver|notice|mail|permanent)|failure notice|returned (?:mail|to sender|message)|mail (?:system )?error|non[- ]?deliver|not delivered|could(?:n't| not) (?:be )?(?:deliver|send)|(?:message|mail|e-?mail) .{0,30}(?:return|reject|block|bounce|refus|delay)|\[?bounce|\bndn\b|warning:|user unknown|mailbox (?:is )?full|address not found|processing error|rejected|blocked|nameserver error|nicht zu(?:stell|gestellt)|unzustellbar|zustell|retour|non (?:remis|délivré|distribu)|échec|no (?:se pudo )?entrega|devuelto|não entreg|mancata|non consegn|niedostarcz|zwrot|onbestelbaar|niet bezorgd|ikke lever|inte lever|退信|退回|无法|投递|未送达|系统退信|配信|送信|エラー/i;

/** Returns the name of the format of the words, or `null` if they are not a report. */
export function recogniseFormat(fields: HeaderFields, own: string): string | null {
  const found = KNOWN_FORMATS.find((known) => known.opening.test(own.slice(0, MAX_OPENING_CHARACTERS)))?.format ?? null;
  const declared = /report-type="?delivery-status/i.test(field(fields, 'content-type'));
  const subject = SUBJECT.test(fieldText(fields, 'subject'));
  // A declared delivery report needs no more. Otherwise two of three must say so: author, subject and words. If the author has a daemon's
  // name, words that give a reason are enough.
  if (declared || (isFromDaemon(fields) && (found !== null || subject))) return found ?? 'words';
  if (found !== null && subject) return found;
  return isNamedDaemon(fields) && givesReason(own) ? 'words' : null;
}

/** Whether a mail server wrote the mail: the null sender (RFC 5321 4.5.5), or a daemon's name. */
export function isFromDaemon(fields: HeaderFields): boolean {
  return field(fields, 'return-path') === '<>' || isNamedDaemon(fields);
}

/** Whether the author has a daemon's name; answers of programs have the null sender too (RFC 3834 3.3). */
export function isNamedDaemon(fields: HeaderFields): boolean {
  return DAEMON.test(fieldText(fields, 'from')) || DAEMON.test(fieldText(fields, 'sender'));
}
