// What becomes of a document's attachments when it is taken: those that came with it are stored, those named by a key are read; all are checked.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Attachment, type FieldError, type InlineAttachment, type StoredAttachment } from '@billing-mail/contracts';
import { DOCUMENT_STORE } from '../dispatcher.tokens.js';
import { type Content, type NamedDocument } from '../documents/checks/document-check.js';
import { problemAtBeginning, problemInside } from '../documents/checks/document-checks.js';
import { type DocumentStore } from '../documents/document-store.js';
import { sha256Of } from '../documents/sha256.js';
import { type AttachmentInHand } from '../records/rows.js';

/** A document up to this size is read in one go and stays in memory for the try that may follow at once. */
const KEPT_BYTES = 1024 * 1024;
/** Of base64, for what is checked by its beginning. A multiple of 4, so that it is whole bytes. */
const BEGINNING_CHARACTERS = 2048;

export type TakenDocuments = { attachments: AttachmentInHand[] } | { errors: FieldError[] };

type Refused = { field: 'content' | 'ref'; problem: string };

@Injectable()
export class TakeDocuments {
  constructor(@Inject(DOCUMENT_STORE) private readonly store: DocumentStore) {}

  /** Rejects (throws) only when the store is away. */
  async take(attachments: readonly Attachment[]): Promise<TakenDocuments> {
    const taken = await Promise.all(attachments.map((attachment) => this.takeOne(attachment)));
    const errors = taken.flatMap((result, index) =>
      'problem' in result ? [{ pointer: `/attachments/${index}/${result.field}`, message: result.problem }] : [],
    );
    return errors.length > 0 ? { errors } : { attachments: taken.flatMap((result) => ('problem' in result ? [] : [result])) };
  }

  private takeOne(attachment: Attachment): Promise<AttachmentInHand | Refused> {
    return 'content' in attachment ? this.storeInline(attachment) : this.checkStored(attachment);
  }

  private async storeInline({ filename, contentType, content, ...optional }: InlineAttachment): Promise<AttachmentInHand | Refused> {
    const common = { filename, contentType, contentId: optional.contentId ?? null, ref: null };
    if (content.length > KEPT_BYTES) return this.storeLarge(common, content);
    const bytes = Buffer.from(content, 'base64');
    const reading = problemOf(common, bytes, { bytes, blocks: () => [bytes] });
    const problem = reading instanceof Promise ? await reading : reading;
    if (problem !== null) return { field: 'content', problem };
    return { ...common, ...(await this.store.put([bytes])), bytes };
  }

  private async storeLarge(common: Omit<AttachmentInHand, 'sha256' | 'size'>, content: string): Promise<AttachmentInHand | Refused> {
    const blocks = () => decodeBase64(content);
    const problem = await problemOf(common, Buffer.from(content.slice(0, BEGINNING_CHARACTERS), 'base64'), { blocks });
    return problem === null ? { ...common, ...(await this.store.put(blocks())) } : { field: 'content', problem };
  }

  private async checkStored({
    filename,
    contentType,
    ref,
    sha256,
    size,
    contentId,
  }: StoredAttachment): Promise<AttachmentInHand | Refused> {
    const attachment = { filename, contentType, contentId: contentId ?? null, sha256, size, ref };
    if (size > KEPT_BYTES) return this.checkLarge(attachment);
    const bytes = await this.store.read(attachment);
    if (bytes === null) return MISSING;
    if (bytes.length !== size || sha256Of(bytes) !== sha256) return OTHER;
    const reading = problemOf(attachment, bytes, { bytes, blocks: () => [bytes] });
    const problem = reading instanceof Promise ? await reading : reading;
    return problem === null ? { ...attachment, bytes } : { field: 'ref', problem };
  }

  private async checkLarge(attachment: AttachmentInHand & { ref: string }): Promise<AttachmentInHand | Refused> {
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
    const problem = await problemOf(attachment, Buffer.from(beginning), { blocks: () => this.store.open(attachment) });
    return problem === null ? attachment : { field: 'ref', problem };
  }
}

const MISSING: Refused = { field: 'ref', problem: 'is not in the document store; put it there first' };
const OTHER: Refused = { field: 'ref', problem: 'is in the document store with another hash or size' };

/** What is wrong with a document, known at once for most. */
const problemOf = (document: NamedDocument, beginning: Buffer, content: Content): string | null | Promise<string | null> =>
  problemAtBeginning(document, beginning) ?? problemInside(document, content);

/** Decodes piece by piece; a multiple of 4 characters is a multiple of 3 bytes. */
async function* decodeBase64(content: string): AsyncGenerator<Buffer> {
  const piece = 4 * 64 * 1024;
  for (let at = 0; at < content.length; at += piece) yield Buffer.from(content.slice(at, at + piece), 'base64');
}
