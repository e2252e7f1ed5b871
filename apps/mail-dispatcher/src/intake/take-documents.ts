// What becomes of a document's attachments when it is taken: those that came with it are stored, those named by a key are read and checked.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Attachment, type FieldError, type InlineAttachment, type StoredAttachment } from '@billing-mail/contracts';
import { DOCUMENT_STORE } from '../dispatcher.tokens.js';
import { type DocumentStore } from '../documents/document-store.js';
import { sha256Of } from '../documents/sha256.js';
import { type AttachmentInHand } from '../records/rows.js';

/** A document up to this size is read in one go and stays in memory for the try that may follow at once. */
const KEPT_BYTES = 1024 * 1024;

export type TakenDocuments = { attachments: AttachmentInHand[] } | { errors: FieldError[] };

@Injectable()
export class TakeDocuments {
  constructor(@Inject(DOCUMENT_STORE) private readonly store: DocumentStore) {}

  /** Rejects (throws) only when the store is away. */
  async take(attachments: readonly Attachment[]): Promise<TakenDocuments> {
    const taken = await Promise.all(attachments.map((attachment) => this.takeOne(attachment)));
    const errors = taken.flatMap((result, index) =>
      'problem' in result ? [{ pointer: `/attachments/${index}/ref`, message: result.problem }] : [],
    );
    return errors.length > 0 ? { errors } : { attachments: taken.flatMap((result) => ('problem' in result ? [] : [result])) };
  }

  private takeOne(attachment: Attachment): Promise<AttachmentInHand | { problem: string }> {
    return 'content' in attachment ? this.storeInline(attachment) : this.checkStored(attachment);
  }

  private async storeInline({ filename, contentType, content, ...optional }: InlineAttachment): Promise<AttachmentInHand> {
    const common = { filename, contentType, contentId: optional.contentId ?? null, ref: null };
    if (content.length > KEPT_BYTES) return { ...common, ...(await this.store.put(decodeBase64(content))) };
    const bytes = Buffer.from(content, 'base64');
    return { ...common, ...(await this.store.put([bytes])), bytes };
  }

  private async checkStored({ filename, contentType, ref, sha256, size, contentId }: StoredAttachment) {
    const attachment = { filename, contentType, contentId: contentId ?? null, sha256, size, ref };
    if (size > KEPT_BYTES) return this.checkLarge(attachment);
    const bytes = await this.store.read(attachment);
    if (bytes === null) return { problem: MISSING };
    return bytes.length === size && sha256Of(bytes) === sha256 ? { ...attachment, bytes } : { problem: OTHER };
  }

  private async checkLarge(attachment: AttachmentInHand & { ref: string }): Promise<AttachmentInHand | { problem: string }> {
    const size = await this.store.sizeOf(attachment);
    if (size === null) return { problem: MISSING };
    if (size !== attachment.size) return { problem: OTHER };
    const hash = createHash('sha256');
    for await (const block of this.store.open(attachment)) hash.update(block);
    return hash.digest('hex') === attachment.sha256 ? attachment : { problem: OTHER };
  }
}

const MISSING = 'is not in the document store; put it there first';
const OTHER = 'is in the document store with another hash or size';

/** Decodes piece by piece; a multiple of 4 characters is a multiple of 3 bytes. */
async function* decodeBase64(content: string): AsyncGenerator<Buffer> {
  const piece = 4 * 64 * 1024;
  for (let at = 0; at < content.length; at += piece) yield Buffer.from(content.slice(at, at + piece), 'base64');
}
