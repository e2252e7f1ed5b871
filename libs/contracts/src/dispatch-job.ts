// The job that invoicing publishes: one billing document with its recipients and attachments.
import { z } from 'zod';
import { emailAddress, mailbox } from './address.js';
import { listOf } from './bounded-list.js';
import { missingContentIds } from './content-ids.js';
import { documentId, idempotencyKey, readLocale, teamId, userId } from './identifiers.js';
import { explainFilename } from './shown-text-rules.js';
import { blockOfText, explained, lineOfText, shownLine } from './text.js';

const MIB = 1024 * 1024;

/** Upper bounds of one document, each configurable at the dispatcher. Bytes, counts and characters as named. */
export const DEFAULT_LIMITS = { attachmentBytes: 25 * MIB, attachments: 20, subjectCharacters: 998, bodyBytes: MIB } as const;
export type DocumentLimits = { attachmentBytes: number; attachments: number; subjectCharacters: number; bodyBytes: number };

export const DOCUMENT_TYPES = ['invoice', 'credit_note', 'reminder', 'quote', 'other'] as const;

export const documentReference = z.strictObject({
  id: documentId,
  type: z.enum(DOCUMENT_TYPES, `must be one of ${DOCUMENT_TYPES.join(', ')}`),
  number: lineOfText({ max: 200 }).optional(),
  recurrence: z.strictObject({ seriesId: lineOfText({ max: 200 }), occurrence: lineOfText({ max: 200 }) }).optional(),
});
export type DocumentReference = z.infer<typeof documentReference>;

/** Who hears of trouble. Address and language are for us alone: where they can't be read the document goes out all the same. */
export const requestedBy = z.strictObject({
  userId,
  email: emailAddress.optional().catch(undefined),
  locale: z.string().transform(readLocale).optional().catch(undefined),
});
export type RequestedBy = z.infer<typeof requestedBy>;

/** What was dropped of a document that was read, as pointers. */
export function droppedFields(sent: unknown, { requestedBy: { email, locale } }: { requestedBy: RequestedBy }): string[] {
  if (email !== undefined && locale !== undefined) return [];
  const by = (sent as { requestedBy: Record<string, unknown> }).requestedBy;
  return [
    ...(email === undefined && by['email'] !== undefined ? ['/requestedBy/email'] : []),
    ...(locale === undefined && by['locale'] !== undefined ? ['/requestedBy/locale'] : []),
  ];
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

// Checked in two linear steps: a single regular expression over 34 MB overflows the stack.
const base64 = z
  .string('must be text (base64)')
  .refine((value) => value.length > 0, 'must not be empty')
  .refine(
    (value) =>
      value.length % 4 === 0 && !/[^A-Za-z0-9+/=]/.test(value) && !/=[^=]|===$/.test(value.slice(-4)) && !value.slice(0, -2).includes('='),
    'is not base64 (RFC 4648 section 4, with padding)',
  );

const inlineAttachment = z.strictObject({ ...attachmentName, content: base64 });
const storedAttachment = z.strictObject({
  ...attachmentName,
  ref: z
    .string('must be text')
    .max(512, 'is longer than 512 characters')
    .regex(
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

/** Bytes that an attachment will have once decoded. */
export function attachmentSize(item: Attachment): number {
  if ('size' in item) return item.size;
  const padding = item.content.endsWith('==') ? 2 : item.content.endsWith('=') ? 1 : 0;
  return (item.content.length / 4) * 3 - padding;
}

const documentFields = (limits: DocumentLimits) => ({
  requestedBy,
  document: documentReference,
  to: listOf(mailbox, 'must be a list').min(1, 'needs at least one recipient'),
  cc: listOf(mailbox, 'must be a list').default([]),
  bcc: listOf(mailbox, 'must be a list').default([]),
  subject: shownLine({ max: limits.subjectCharacters }),
  text: blockOfText({ maxBytes: limits.bodyBytes }).refine((value) => value.trim() !== '', 'must not be empty'),
  html: blockOfText({ maxBytes: limits.bodyBytes }).optional(),
  /** Not before. */
  sendAt: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-01T07:00:00Z' }).optional(),
  attachments: z
    .array(attachment, 'must be a list')
    .max(limits.attachments, `has more than ${limits.attachments} attachments`)
    .refine(
      (items) => items.reduce((sum, item) => sum + attachmentSize(item), 0) <= limits.attachmentBytes,
      `attachments are larger than ${limits.attachmentBytes} bytes together; send fewer or smaller files`,
    )
    .optional(),
  /** Says of an empty list of attachments that it is meant. */
  withoutDocument: z.boolean('must be true or false').optional(),
});

type Parts = { html?: string | undefined; attachments?: Attachment[] | undefined; withoutDocument?: boolean | undefined };

/** What no field shows by itself. */
function checkParts({ html, attachments, withoutDocument }: Parts, context: z.RefinementCtx): void {
  // A list that is left out is a publisher's who sends no documents; an empty one is that of a publisher who lost his.
  if (attachments?.length === 0 && withoutDocument !== true) {
    const message = 'is empty: a document needs a file, or "withoutDocument": true';
    context.addIssue({ code: 'custom', path: ['attachments'], message });
  }
  for (const id of html === undefined ? [] : missingContentIds(html, attachments ?? [])) {
    const message = `shows cid:${id}, but no attachment has "contentId": "${id}"`;
    context.addIssue({ code: 'custom', path: ['html'], message });
  }
}

const withAttachments = <T extends { attachments?: Attachment[] | undefined }>(document: T) => ({
  ...document,
  attachments: document.attachments ?? [],
});

/** Body of `POST /v1/teams/{teamId}/deliveries`: the job without `version`, `teamId` and `key`. */
export const sendRequestSchema = (limits: DocumentLimits = DEFAULT_LIMITS) =>
  z.strictObject(documentFields(limits)).superRefine(checkParts).transform(withAttachments);
export type SendRequest = z.infer<ReturnType<typeof sendRequestSchema>>;

/** The job `send` of the queue `dispatch`. */
export const dispatchJobSchema = (limits: DocumentLimits = DEFAULT_LIMITS) =>
  z
    .strictObject({ version: z.literal(1, 'must be 1'), key: idempotencyKey, teamId, ...documentFields(limits) })
    .superRefine((job, context) => {
      checkParts(job, context);
      for (const [index, item] of (job.attachments ?? []).entries()) {
        if ('ref' in item && !item.ref.startsWith(`${job.teamId}/`)) {
          context.addIssue({
            code: 'custom',
            path: ['attachments', index, 'ref'],
            message: `must begin with "${job.teamId}/": a team uses its own documents only`,
          });
        }
      }
    })
    .transform(withAttachments);
export type DispatchJob = z.infer<ReturnType<typeof dispatchJobSchema>>;
/** What a publisher writes: optional lists may be left out. */
export type DispatchJobInput = z.input<ReturnType<typeof dispatchJobSchema>>;
