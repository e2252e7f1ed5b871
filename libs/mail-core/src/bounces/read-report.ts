// Reads a mail that came to the return path: the machine-readable part first, the text for people only if that part is missing.
import { cleanReply } from '../replies/clean-reply.js';
import { addressesIn, KnownRecipients } from './addresses.js';
import { recogniseAutoReply, isAnsweringSubject } from './auto-reply.js';
import { classifyBounce } from './classify/classify-bounce.js';
import { readFeedback } from './complaint.js';
import { isFromDaemon, isNamedDaemon, recogniseFormat } from './formats/known-formats.js';
import { readWordedFates, saysDelayed, type WordedFate } from './formats/worded-fates.js';
import { field, fieldText, type HeaderFields, readFields } from './header-fields.js';
import { innerTextOf, MAX_HEADER_CHARACTERS, type MimePart, partsOf, readMimeTree, textOf } from './mime-tree.js';
import { type Fate, type FateAction, type Report, type ReportHints } from './report.js';
import { ReturnedMessage } from './returned-message.js';
import { splitReturned } from './own-words.js';
import { readStatusGroups, type RecipientGroup, type StatusGroups } from './status-groups.js';

// How many levels of attached mails are read. A report that was forwarded as an attachment is in the second mail; deeper ones are
// somebody's collection.
const MAX_NESTED_REPORTS = 2;
const STATUS_TYPES = /^message\/(?:global-)?delivery-status$/;
const RETURNED_TYPES = /^(?:message\/(?:rfc822|global|global-headers|partial)|text\/rfc822-headers)$/;

/**
 * Resolves to what a mail to the return path says about the delivery that `hints` describe. Never rejects because of what the bytes
 * contain. Time and memory are bounded for any bytes: of each mail the first mebibyte and sixty parts are read, and of attached mails two
 * levels.
 */
export async function readReport(raw: Buffer, hints: ReportHints): Promise<Report> {
  const known = new KnownRecipients(hints.recipients);
  return readTree(await readMimeTree(raw), known, hints, MAX_NESTED_REPORTS);
}

interface Material {
  readonly own: string;
  readonly status: StatusGroups | null;
  readonly feedback: string | null;
  readonly returned: ReturnedMessage;
  readonly nested: readonly MimePart[];
}

async function readTree(mail: MimePart, known: KnownRecipients, hints: ReportHints, nestedLeft: number): Promise<Report> {
  const material = materialOf(mail);
  const { own, status, returned } = material;
  if (material.feedback !== null) return readComplaint(material.feedback, material, known, hints);
  const subject = fieldText(mail.fields, 'subject');
  if (status !== null && status.groups.length > 0) {
    const fates = status.groups.map((group) => fateOfGroup(group, own, subject, known));
    return finish(fates, returned, known, hints, status.reporter ?? authorOf(mail), 'rfc3464');
  }

  const autoReply = recogniseAutoReply(mail.fields, own);
  const format = recogniseFormat(mail.fields, own);
  const answered = autoReply !== null && (format === null || isAnswer(mail, subject, autoReply.absence, format));
  if (format !== null && !answered) {
    const worded = named(readWordedFates(own, subject, known, othersIn(mail, returned)), returned.failedRecipients, known);
    const fates = worded.map((fate) => fateOfWords(fate, `${subject}\n${own}`));
    return finish(fates, returned, known, hints, status?.reporter ?? authorOf(mail), format);
  }
  if (autoReply !== null)
    return { kind: 'auto_reply', absence: autoReply.absence, from: authorAddress(mail), subject: cleanReply(subject) ?? '' };
  return nestedLeft > 0 ? readNested(material.nested, known, hints, nestedLeft - 1) : { kind: 'unrelated' };
}

/**
 * Decides about a mail that looks like an answer of a program and like a report. An author with a daemon's name has sent a report; a mail
 * in general words that no mail server sent is a newsletter.
 */
function isAnswer(mail: MimePart, subject: string, absence: boolean, format: string): boolean {
  if (isNamedDaemon(mail.fields)) return false;
  return absence || isAnsweringSubject(subject) || (format === 'words' && !isFromDaemon(mail.fields));
}

/** Reads reports that somebody forwarded as attachments. What they say counts if it is about our message. */
async function readNested(mails: readonly MimePart[], known: KnownRecipients, hints: ReportHints, nestedLeft: number): Promise<Report> {
  for (const mail of mails.slice(0, 3)) {
    const report = await readTree(await readMimeTree(Buffer.from(innerTextOf(mail), 'latin1')), known, hints, nestedLeft);
    if (report.kind === 'fates' || report.kind === 'complaint') return report;
  }
  return { kind: 'unrelated' };
}

function materialOf(mail: MimePart): Material {
  const parts = [...partsOf(mail)];
  const returnedParts = parts.filter((part) => part !== mail && isReturned(part));
  const plain = parts
    .filter((part) => part.type === 'text/plain' && !returnedParts.includes(part))
    .map(textOf)
    .join('\n');
  const words = plain.trim().length >= 20 ? plain : [plain, ...parts.filter((part) => part.type === 'text/html').map(textOf)].join('\n');
  const split = splitReturned(words);
  const statusText = parts
    .filter((part) => STATUS_TYPES.test(part.type))
    .map(innerTextOf)
    .join('\n\n');
  // Gateways turn the machine-readable part into text.
  const inWords =
    statusText === '' && /^[ \t>]*final-recipient:/im.test(split.own) ? split.own.replace(/^[ \t>]+(?=[\w-]+:)/gm, '') : statusText;
  const feedback = parts.find((part) => part.type === 'message/feedback-report');
  const returned = returnedParts.map(returnedFields).find((fields) => fields.size > 0) ?? readFields(split.returned);
  return {
    own: split.own,
    status: inWords === '' ? null : readStatusGroups(inWords),
    feedback: feedback === undefined ? null : headOf(innerTextOf(feedback)),
    returned: new ReturnedMessage(returned, field(mail.fields, 'x-failed-recipients')),
    nested: returnedParts.filter((part) => part.type === 'message/rfc822' || part.type === 'message/global'),
  };
}

/** Some gateways return the message as a part that begins with its header and names no type. */
function isReturned(part: MimePart): boolean {
  return RETURNED_TYPES.test(part.type) || part.fields.has('received');
}

function returnedFields(part: MimePart): HeaderFields {
  return part.fields.has('received') ? part.fields : readFields(headOf(innerTextOf(part)));
}

/** Returns the beginning of a part, where its fields are. No honest header is longer. */
const headOf = (text: string): string => text.replace(/^\n+/, '').slice(0, MAX_HEADER_CHARACTERS);

function fateOfGroup(group: RecipientGroup, own: string, subject: string, known: KnownRecipients): Fate {
  const action = group.action ?? actionOfStatus(group.status, own, subject);
  const diagnostic = group.diagnostic;
  const verdict = classifyBounce({ action, status: group.status, diagnostic, context: own });
  return {
    recipient: group.addresses.map((address) => known.find(address)).find((recipient) => recipient !== null) ?? null,
    address: group.addresses.at(-1) ?? null,
    action,
    ...verdict,
    status: group.status,
    diagnostic: diagnostic === null ? null : cleanReply(diagnostic),
    willRetryUntil: group.willRetryUntil,
  };
}

function actionOfStatus(status: string | null, own: string, subject: string): FateAction {
  if (status?.startsWith('2') === true) return 'delivered';
  return saysDelayed(`${subject}\n${own}`) ? 'delayed' : 'failed';
}

/** Exim and Google list the failed recipients in the header of the report. Others who are named in the text have not failed. */
function named(fates: readonly WordedFate[], failed: readonly string[], known: KnownRecipients): readonly WordedFate[] {
  const listed = failed.map((address) => ({ ...fates[0]!, address, recipient: known.find(address) }));
  const ours = new Set(listed.map((fate) => fate.recipient).filter((recipient) => recipient !== null));
  const meant = ours.size === 0 ? fates : fates.filter((fate) => fate.recipient !== null && ours.has(fate.recipient));
  return meant.length === 0 || (listed.length > 0 && meant.every((fate) => fate.address === null)) ? listed : meant;
}

function fateOfWords(fate: WordedFate, context: string): Fate {
  return {
    ...fate,
    ...classifyBounce({ ...fate, context }),
    diagnostic: fate.diagnostic === null ? null : cleanReply(fate.diagnostic),
    willRetryUntil: null,
  };
}

/**
 * Gives each fate its recipient if that is certain, and drops a report about another message. If none of our recipients is named, every
 * fate is about the only recipient, whose address may be a list or a forwarding with several members. If the only recipient is named, other
 * addresses are other people's.
 */
function finish(
  fates: readonly Fate[],
  returned: ReturnedMessage,
  known: KnownRecipients,
  hints: ReportHints,
  reporter: string | null,
  format: string,
): Report {
  const named = fates.some((fate) => fate.recipient !== null);
  if (!named && !returned.mayBeOneOf(hints.messageIds, known)) return { kind: 'unrelated' };
  const certain = named ? null : (known.only ?? returned.lastRecipient(known));
  return {
    kind: 'fates',
    fates: fates.length === 1 || known.only !== null ? fates.map((fate) => ({ ...fate, recipient: fate.recipient ?? certain })) : fates,
    reporter: reporter === null ? null : cleanReply(reporter),
    format,
  };
}

function readComplaint(body: string, { returned }: Material, known: KnownRecipients, hints: ReportHints): Report {
  const feedback = readFeedback(body);
  const recipient = feedback.addresses.map((address) => known.find(address)).find((found) => found !== null) ?? null;
  if (!feedback.isComplaint || (recipient === null && !returned.mayBeOneOf(hints.messageIds, known))) return { kind: 'unrelated' };
  return { kind: 'complaint', recipient: recipient ?? known.only ?? returned.lastRecipient(known), source: cleanReply(feedback.source) };
}

function authorAddress(mail: MimePart): string | null {
  return addressesIn(fieldText(mail.fields, 'from'))[0]?.address ?? null;
}

function authorOf(mail: MimePart): string | null {
  return authorAddress(mail) ?? cleanReply(fieldText(mail.fields, 'from'));
}

/**
 * Returns the addresses that a report names without being about them: its author, its addressees, and the sender of the returned message.
 */
function othersIn(mail: MimePart, returned: ReturnedMessage): ReadonlySet<string> {
  const texts = [...['from', 'to', 'sender', 'reply-to', 'return-path'].map((name) => fieldText(mail.fields, name)), ...returned.senders];
  return new Set(texts.flatMap(addressesIn).map((found) => found.address.toLowerCase()));
}
