// Takes in the attachments of a document: checks all of them, stores those whose bytes came with the document, and reads from the document
// store those that it names by `ref`.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  type Attachment,
  type FieldError,
  type InlineAttachment,
  type StoredAttachment,
  type UploadAttachment,
} from '@billing-mail/contracts';
import { DOCUMENT_STORE } from '../dispatcher.tokens.js';
import { type Content, type NamedDocument } from '../documents/checks/document-check.js';
import { problemAtBeginning, problemInside } from '../documents/checks/document-checks.js';
import { type DocumentStore, type ReceivedBytes, type StoredBlob } from '../documents/document-store.js';
import { sha256Of } from '../documents/sha256.js';
import { type AttachmentInHand } from '../records/rows.js';
import { type HashedAttachment } from './content-hash.js';

/** A document up to this size (bytes) is read as a whole and kept in memory for the try that may follow directly. */
const KEPT_BYTES = 1024 * 1024;
/** Characters of base64 that are decoded to check how a document begins. A multiple of 4, so that they are whole bytes. */
const BEGINNING_CHARACTERS = 2048;

export type TakenDocuments = { attachments: AttachmentInHand[] } | { errors: FieldError[] };

/** A document that passed its checks: either in the store already, or with bytes that are still to be stored. */
type Checked = AttachmentInHand | (Omit<AttachmentInHand, 'sha256' | 'size'> & { source: Buffer | (() => AsyncIterable<Uint8Array>) });
type Refused = { field: 'content' | 'ref'; problem: string };

@Injectable()
export class TakeDocuments {
  constructor(@Inject(DOCUMENT_STORE) private readonly store: DocumentStore) {}

  /** Checks all attachments before it stores any. Throws only if the document store is unavailable. */
  async take(teamId: string, attachments: readonly Attachment[]): Promise<TakenDocuments> {
    const checked = await Promise.all(attachments.map((attachment) => this.check(teamId, attachment)));
    const errors = errorsOf(checked);
    if (errors.length > 0) return { errors };
    return { attachments: await Promise.all(checked.map((result) => this.keep(result as Checked))) };
  }

  /** Returns the problems of those attachments that are already in the document store. */
  async problemsOfStored(teamId: string, attachments: readonly (Attachment | UploadAttachment)[]): Promise<FieldError[]> {
    const check = async (attachment: Attachment | UploadAttachment) => ('ref' in attachment ? this.checkStored(teamId, attachment) : null);
    return errorsOf(await Promise.all(attachments.map(check)));
  }

  private check(teamId: string, attachment: Attachment): Promise<Checked | Refused> {
    return 'content' in attachment ? this.checkInline(teamId, attachment) : this.checkStored(teamId, attachment);
  }

  private async checkInline(teamId: string, attachment: InlineAttachment): Promise<Checked | Refused> {
    const { filename, contentType, content, contentId = null } = attachment;
    const common = { filename, contentType, contentId, ref: null };
    const source = isSmall(attachment) ? Buffer.from(content, 'base64') : () => decodeBase64(content);
    const reading = Buffer.isBuffer(source)
      ? problemOf(common, source, { teamId, bytes: source, blocks: () => [source] })
      : problemOf(common, Buffer.from(content.slice(0, BEGINNING_CHARACTERS), 'base64'), { teamId, blocks: source });
    const problem = reading instanceof Promise ? await reading : reading;
    return problem === null ? { ...common, source } : { field: 'content', problem };
  }

  private async keep(checked: Checked): Promise<AttachmentInHand> {
    if (!('source' in checked)) return checked;
    const { source, ...common } = checked;
    if (!Buffer.isBuffer(source)) return { ...common, ...(await this.store.put(source())) };
    return { ...common, ...(await this.store.put([source])), bytes: source };
  }

  private async checkStored(teamId: string, stored: StoredAttachment): Promise<Checked | Refused> {
    const { filename, contentType, ref, sha256, size, contentId } = stored;
    const attachment = { filename, contentType, contentId: contentId ?? null, sha256, size, ref };
    if (size > KEPT_BYTES) return this.checkLarge(teamId, attachment);
    const bytes = await this.store.read(attachment);
    if (bytes === null) return MISSING;
    if (bytes.length !== size || sha256Of(bytes) !== sha256) return OTHER;
    const reading = problemOf(attachment, bytes, { teamId, bytes, blocks: () => [bytes] });
    const problem = reading instanceof Promise ? await reading : reading;
    return problem === null ? { ...attachment, bytes } : { field: 'ref', problem };
  }

  private async checkLarge(teamId: string, attachment: AttachmentInHand & { ref: string }): Promise<AttachmentInHand | Refused> {
    const size = await this.store.sizeOf(attachment);
    if (size === null) return MISSING;
    if (size !== attachment.size) return OTHER;
    const hash = createHash('sha256');
    let beginning: Uint8Array | null = null;
    for await (const block of this.store.open(attachment)) {
      beginning ??= block;
      hash.update(block);
    }
    if (beginning === null || hash.digest('hex') !== attachment.sha256) return OTHER;
    const problem = await problemOf(attachment, Buffer.from(beginning), { teamId, blocks: () => this.store.open(attachment) });
    return problem === null ? attachment : { field: 'ref', problem };
  }
}

const errorsOf = (checked: readonly (Checked | Refused | null)[]): FieldError[] =>
  checked.flatMap((result, index) =>
    result !== null && 'problem' in result ? [{ pointer: `/attachments/${index}/${result.field}`, message: result.problem }] : [],
  );

const MISSING: Refused = { field: 'ref', problem: 'is not in the document store; put it there first' };
const OTHER: Refused = { field: 'ref', problem: 'is in the document store with another hash or size' };

const isSmall = ({ content }: InlineAttachment): boolean => (content.length / 4) * 3 <= KEPT_BYTES;

/** Returns the hashes of attachments without storing them. */
export const hashedOf = (attachments: readonly Attachment[]): Promise<HashedAttachment[]> =>
  Promise.all(
    attachments.map(async (attachment) => {
      const { filename, contentType, contentId = null } = attachment;
      const blob = 'content' in attachment ? await hashOf(decodeBase64(attachment.content)) : attachment;
      return { filename, contentType, contentId, sha256: blob.sha256, size: blob.size };
    }),
  );

export async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const block of bytes) {
    hash.update(block);
    size += block.length;
  }
  return { sha256: hash.digest('hex'), size };
}

/** Returns the problem of a document that was uploaded as a file; `null` if there is none. */
export async function problemOfReceived(
  teamId: string,
  document: NamedDocument,
  { size, open }: Pick<ReceivedBytes, 'size' | 'open'>,
): Promise<string | null> {
  if (size === 0) return 'is empty';
  for await (const beginning of open()) return problemOf(document, Buffer.from(beginning), { teamId, blocks: open });
  return null;
}

/** Returns a promise only if the check takes time; most documents are judged at once. */
const problemOf = (document: NamedDocument, beginning: Buffer, content: Content): string | null | Promise<string | null> =>
  problemAtBeginning(document, beginning) ?? problemInside(document, content);

/** Decodes piece by piece: a multiple of 4 characters gives a multiple of 3 bytes. */
async function* decodeBase64(content: string): AsyncGenerator<Buffer> {
  const piece = 4 * 64 * 1024;
  for (let at = 0; at < content.length; at += piece) yield Buffer.from(content.slice(at, at + piece), 'base64');
}
