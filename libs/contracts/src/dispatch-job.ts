// The job that invoicing publishes: one billing document with its recipients and attachments.
import { z } from 'zod';
import { emailAddress, mailbox } from './address.js';
import { listOf } from './bounded-list.js';
import { missingContentIds } from './content-ids.js';
import { DOCUMENT_TYPES } from './delivery-vocabulary.js';
import { type FieldError, shortened, toPointer } from './http.js';
import { idempotencyKey, readLocale, teamId, userId } from './identifiers.js';
import { explainFilename, hasVisible } from './shown-text-rules.js';
import { blockOfText, boundedText, explained, lineOfText, shownLine } from './text.js';

const MIB = 1024 * 1024;

/** Upper bounds of one document, each configurable at the dispatcher. Bytes, counts and characters as named. */
export const DEFAULT_LIMITS = { attachmentBytes: 25 * MIB, attachments: 20, subjectCharacters: 998, bodyBytes: MIB } as const;
export type DocumentLimits = { attachmentBytes: number; attachments: number; subjectCharacters: number; bodyBytes: number };

const reference = (named: z.ZodType<string, string>) =>
  z.strictObject({
    id: named,
    type: z.enum(DOCUMENT_TYPES, `must be one of ${DOCUMENT_TYPES.join(', ')}`),
    number: named.optional(),
    recurrence: z.strictObject({ seriesId: named, occurrence: named }).optional(),
  });

const NAME_OF_DOCUMENT = { max: 200 } as const;
/** A document as events and answers name it. */
export const documentReference = reference(lineOfText(NAME_OF_DOCUMENT));
export type DocumentReference = z.infer<typeof documentReference>;
/** The same as it is taken in. Its texts must be readable, because alerts and pages name the document by them. */
export const documentToName = reference(shownLine(NAME_OF_DOCUMENT));

/**
 * Who is alerted about trouble, as events name them. Only we use address and language, so an unreadable one is left out and the event is
 * read.
 */
export const requestedBy = z.strictObject({
  userId,
  email: emailAddress.optional().catch(undefined),
  locale: z.string().transform(readLocale).optional().catch(undefined),
});
export type RequestedBy = z.infer<typeof requestedBy>;

/**
 * The requester as a document names it, read as far as possible: fields that only we use never stop a document. If the user cannot be read,
 * the people whom the team has named are alerted, or else the whole team.
 */
export const requester = z
  .object({ ...requestedBy.shape, userId: userId.transform((id): string | undefined => id).catch(undefined) })
  .catch({ userId: undefined });
export type Requester = z.infer<typeof requester>;

/** Returns whom the events of a document name; `null` if no user could be read. */
export const namedBy = ({ userId: id, ...about }: Requester): RequestedBy | null => (id === undefined ? null : { userId: id, ...about });

/** At most this many of the dropped fields are named. */
const DROPPED_NAMED = 20;

/** Returns JSON pointers to the fields of `requestedBy` that could not be read. The document is sent nevertheless. */
export function droppedFields(sent: unknown, { requestedBy: read }: { requestedBy: Requester }): string[] {
  const by = (sent as { requestedBy?: unknown }).requestedBy;
  if (typeof by !== 'object' || by === null || Array.isArray(by)) return ['/requestedBy'];
  const isRead = (name: string): boolean => Object.hasOwn(read, name) && read[name as keyof Requester] !== undefined;
  const given = Object.entries(by).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return Array.from(new Set(['userId', ...given]))
    .filter((name) => !isRead(name))
    .slice(0, DROPPED_NAMED)
    .map((name) => toPointer(['requestedBy', shortened(name)]));
}

const attachmentName = {
  filename: lineOfText({ max: 255 }).superRefine(explained(explainFilename)),
  contentType: z
    .string('must be text')
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}\/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}$/,
      'must be a media type such as application/pdf',
    ),
  /** Makes it an inline part that HTML shows by `cid:`. */
  contentId: z
    .string('must be text')
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be 1 to 100 letters, digits, ".", "_" or "-", such as logo for cid:logo')
    .optional(),
};

/** How many characters of base64 are checked at a time; a multiple of four, which makes whole bytes. */
const PIECE_CHARACTERS = 256 * 1024;

/**
 * Base64 with its padding (RFC 4648 section 4). Node.js's decoder skips whatever is not base64 and so returns too few bytes; checking that
 * takes a quarter of the time of a regular expression. The decoder also accepts the alphabet for URLs, and the lower byte of characters
 * beyond Latin-1; both are checked separately.
 */
export function isBase64(value: string): boolean {
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  const end = value.length - padding;
  if (value.length % 4 !== 0 || value.indexOf('=') !== (padding === 0 ? -1 : end)) return false;
  if (Buffer.byteLength(value) !== value.length || value.includes('-') || value.includes('_')) return false;
  let bytes = 0;
  for (let at = 0; at < end; at += PIECE_CHARACTERS) bytes += Buffer.from(value.slice(at, at + PIECE_CHARACTERS), 'base64').length;
  return bytes === (value.length / 4) * 3 - padding;
}

const base64 = z
  .string('must be text (base64)')
  .refine((value) => value.length > 0, 'must not be empty')
  .refine(isBase64, 'is not base64 (RFC 4648 section 4, with padding)');

const inlineAttachment = z.strictObject({ ...attachmentName, content: base64 });
const storedAttachment = z.strictObject({
  ...attachmentName,
  ref: boundedText(512, 'is longer than 512 characters').regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    'must be a key in the document store such as acme/2026/0042.xml',
  ),
  sha256: z.string('must be text').regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
  size: z.int('must be a whole number of bytes').min(1, 'must be at least 1'),
});
export type InlineAttachment = z.infer<typeof inlineAttachment>;
export type StoredAttachment = z.infer<typeof storedAttachment>;

/** Either the bytes themselves (`content`) or a key in the document store with hash and size (`ref`). */
export const attachment = z.union([inlineAttachment, storedAttachment], 'needs either "content" or "ref" with "sha256" and "size"');
export type Attachment = z.infer<typeof attachment>;

/** An attachment whose bytes follow as a part of the same upload. */
const uploadedAttachment = z.strictObject({
  ...attachmentName,
  part: z
    .string('must be text')
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be the name of a part that follows: 1 to 100 letters, digits, ".", "_" or "-", such as file1'),
});
const attachmentOfUpload = z.union([uploadedAttachment, storedAttachment], 'needs either "part" or "ref" with "sha256" and "size"');
export type UploadAttachment = z.infer<typeof attachmentOfUpload>;

/** Bytes that an attachment will have once decoded, as far as that is known before it is read. */
function attachmentSize(item: Attachment | UploadAttachment): number {
  if ('part' in item) return 0;
  if ('size' in item) return item.size;
  const padding = item.content.endsWith('==') ? 2 : item.content.endsWith('=') ? 1 : 0;
  return (item.content.length / 4) * 3 - padding;
}

/** Publishers without HTML may send an empty text. */
const showsSomething = (html: string): boolean => html.trim() === '' || hasVisible(html);

const documentFields = <T extends z.ZodType<Attachment | UploadAttachment>>(limits: DocumentLimits, item: T) => ({
  requestedBy: requester,
  document: documentToName,
  to: listOf(mailbox, 'must be a list').min(1, 'needs at least one recipient'),
  cc: listOf(mailbox, 'must be a list').default([]),
  bcc: listOf(mailbox, 'must be a list').default([]),
  subject: shownLine({ max: limits.subjectCharacters }),
  text: blockOfText({ maxBytes: limits.bodyBytes }).refine(hasVisible, 'must not be empty, nor have only characters that nobody sees'),
  html: blockOfText({ maxBytes: limits.bodyBytes }).refine(showsSomething, 'has nothing that can be seen; leave it out').optional(),
  /** The earliest time to send. */
  sendAt: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-01T07:00:00Z' }).optional(),
  attachments: z
    .array(item, 'must be a list')
    .max(limits.attachments, `has more than ${limits.attachments} attachments`)
    .refine((items) => items.reduce((sum, item) => sum + attachmentSize(item), 0) <= limits.attachmentBytes, tooLargeTogether(limits))
    .optional(),
  /** States that an empty list of attachments is intended. */
  withoutDocument: z.boolean('must be true or false').optional(),
});

/** Returns the message for attachments that have more bytes than a document may have. */
export const tooLargeTogether = ({ attachmentBytes }: DocumentLimits): string =>
  `attachments are larger than ${attachmentBytes} bytes together; send fewer or smaller files`;

type AnyAttachment = { contentId?: string | undefined };
type Parts = { html?: string | undefined; attachments?: AnyAttachment[] | undefined; withoutDocument?: boolean | undefined };

/** Rules that concern several fields. */
function checkParts({ html, attachments, withoutDocument }: Parts, context: z.RefinementCtx): void {
  // A publisher that sends no documents leaves the list out; an empty list may come from a publisher that lost its document.
  if (attachments?.length === 0 && withoutDocument !== true) {
    const message = 'is empty: a document needs a file, or "withoutDocument": true';
    context.addIssue({ code: 'custom', path: ['attachments'], message });
  }
  const contentIds = new Set<string>();
  for (const [index, { contentId }] of (attachments ?? []).entries()) {
    if (contentId === undefined) continue;
    const message = 'is that of another attachment already; give each attachment a contentId of its own';
    if (contentIds.has(contentId)) context.addIssue({ code: 'custom', path: ['attachments', index, 'contentId'], message });
    contentIds.add(contentId);
  }
  for (const id of html === undefined ? [] : missingContentIds(html, attachments ?? [])) {
    const message = `shows cid:${id}, but no attachment has "contentId": "${id}"`;
    context.addIssue({ code: 'custom', path: ['html'], message });
  }
}

const withAttachments = <A extends AnyAttachment, T extends { attachments?: A[] | undefined }>(document: T) => ({
  ...document,
  attachments: document.attachments ?? ([] as NonNullable<T['attachments']>),
});

/** Body of `POST /v1/teams/{teamId}/deliveries`: the job without `version`, `teamId` and `key`. See `foreignRefs`. */
export const sendRequestSchema = (limits: DocumentLimits = DEFAULT_LIMITS) =>
  z.strictObject(documentFields(limits, attachment)).superRefine(checkParts).transform(withAttachments);
export type SendRequest = z.infer<ReturnType<typeof sendRequestSchema>>;

/** The same as the part `delivery` of an upload, whose attachments are the parts that follow. */
export const uploadRequestSchema = (limits: DocumentLimits = DEFAULT_LIMITS) =>
  z
    .strictObject(documentFields(limits, attachmentOfUpload))
    .superRefine((document, context) => {
      checkParts(document, context);
      const parts = new Set<string>();
      for (const [index, item] of (document.attachments ?? []).entries()) {
        if (!('part' in item)) continue;
        if (parts.has(item.part))
          context.addIssue({ code: 'custom', path: ['attachments', index, 'part'], message: 'is the part of another attachment already' });
        parts.add(item.part);
      }
    })
    .transform(withAttachments);
export type UploadRequest = z.infer<ReturnType<typeof uploadRequestSchema>>;

/** Returns an error for each attachment that a team may not name, because its key in the document store is not below the team's own. */
export const foreignRefs = (team: string, attachments: readonly object[]): FieldError[] =>
  attachments.flatMap((item, index) =>
    'ref' in item && !(item.ref as string).startsWith(`${team}/`)
      ? [{ pointer: `/attachments/${index}/ref`, message: `must begin with "${team}/": a team uses its own documents only` }]
      : [],
  );

/** The job `send` of the queue `dispatch`. */
export const dispatchJobSchema = (limits: DocumentLimits = DEFAULT_LIMITS) =>
  z
    .strictObject({ version: z.literal(1, 'must be 1'), key: idempotencyKey, teamId, ...documentFields(limits, attachment) })
    .superRefine((job, context) => {
      checkParts(job, context);
      for (const { pointer, message } of foreignRefs(job.teamId, job.attachments ?? []))
        context.addIssue({ code: 'custom', path: pointer.split('/').slice(1), message });
    })
    .transform(withAttachments);
export type DispatchJob = z.infer<ReturnType<typeof dispatchJobSchema>>;
/** What a publisher writes: optional lists may be left out. */
export type DispatchJobInput = z.input<ReturnType<typeof dispatchJobSchema>>;
