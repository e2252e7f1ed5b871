// Takes in a document whose files are parts of a multipart upload. Everything in the first part is checked before any file is read; each
// file then goes into the document store while it arrives.
import { Inject, Injectable } from '@nestjs/common';
import {
  droppedFields,
  type FieldError,
  foreignRefs,
  type Requester,
  toFieldErrors,
  tooLargeTogether,
  type UploadAttachment,
  type UploadRequest,
  uploadRequestSchema,
} from '@billing-mail/contracts';
import { invalidInput, ProblemException, type Upload, type UploadPart } from '@billing-mail/platform';
import { DISPATCHER_ENV, type DispatcherEnv, limitsOf } from '../dispatcher.env.js';
import { DOCUMENT_STORE } from '../dispatcher.tokens.js';
import { type DocumentStore, type ReceivedBytes } from '../documents/document-store.js';
import { AcceptDocument, answerTo, type DocumentToSend, type EarlierDelivery, type Intake } from './accept-document.js';
import { hashOf, problemOfReceived, TakeDocuments } from './take-documents.js';

/** Name of the first part: the document as JSON, without the bytes of its files. */
const DELIVERY = 'delivery';

export type AskedUpload = {
  teamId: string;
  key: string;
  /** Returns the requester to record: a user may name only itself. @throws ProblemException */
  believe: (named: Requester) => Requester;
  onDropped: (fields: string[]) => void;
};

/** A file that has arrived. If the key of its document was used before, the file is only hashed, so there is nothing to keep or discard. */
type Came = Pick<ReceivedBytes, 'sha256' | 'size'> & Partial<Pick<ReceivedBytes, 'keep' | 'discard'>>;

type Begun = {
  document: DocumentToSend;
  attachments: UploadAttachment[];
  /** The delivery that this key was used for before. */
  earlier: EarlierDelivery | null;
  /** By name of the part. */
  came: Map<string, Came>;
  bytesLeft: number;
};

@Injectable()
export class AcceptUpload {
  private readonly schema;
  private readonly limits;

  constructor(
    @Inject(DISPATCHER_ENV) env: DispatcherEnv,
    @Inject(DOCUMENT_STORE) private readonly store: DocumentStore,
    private readonly documents: TakeDocuments,
    private readonly accepting: AcceptDocument,
  ) {
    this.limits = limitsOf(env);
    this.schema = uploadRequestSchema(this.limits);
  }

  /**
   * Takes in the document of an upload. If the document is refused or the upload breaks off, its files are removed.
   * @throws ProblemException if the upload itself is wrong
   */
  async accept(upload: Upload, asked: AskedUpload): Promise<Intake> {
    let begun: Begun | null = null;
    try {
      for await (const part of upload.parts()) {
        if (begun !== null) {
          await this.receive(begun, part);
          continue;
        }
        const first = await this.begin(upload, part, asked);
        if ('kind' in first) return first;
        begun = first;
      }
      if (begun === null) throw invalidInput([DELIVERY_MISSING]);
      return await this.finish(begun);
    } finally {
      for (const { discard } of begun?.came.values() ?? []) await discard?.();
    }
  }

  /** Checks everything that can be checked without the uploaded files. */
  private async begin(upload: Upload, part: UploadPart, { teamId, key, believe, onDropped }: AskedUpload): Promise<Begun | Intake> {
    if (part.name !== DELIVERY) throw invalidInput([DELIVERY_MISSING]);
    const sent = await upload.json(part);
    const parsed = this.schema.safeParse(sent);
    if (!parsed.success) throw invalidInput(toFieldErrors(parsed.error));
    const { attachments, ...words }: UploadRequest = parsed.data;
    const foreign = foreignRefs(teamId, attachments);
    if (foreign.length > 0) throw invalidInput(foreign);
    const document = { ...words, teamId, key, requestedBy: believe(words.requestedBy), attachments: [] };
    const dropped = droppedFields(sent, parsed.data);
    if (dropped.length > 0) onDropped(dropped);
    const earlier = await this.accepting.earlier(document);
    const refusal = earlier === null ? await this.refusalOf(teamId, attachments) : null;
    if (refusal !== null) return refusal;
    const bytesNamed = attachments.reduce((sum, item) => sum + ('ref' in item ? item.size : 0), 0);
    return { document, attachments, earlier, came: new Map(), bytesLeft: this.limits.attachmentBytes - bytesNamed };
  }

  private async refusalOf(teamId: string, attachments: readonly UploadAttachment[]): Promise<Intake | null> {
    const refusal = await this.accepting.refusalOf(teamId);
    if (refusal !== null) return refusal;
    const errors = await this.documents.problemsOfStored(teamId, attachments);
    return errors.length > 0 ? { kind: 'rejected', reason: 'invalid', errors } : null;
  }

  private async receive(begun: Begun, part: UploadPart): Promise<void> {
    const { attachments, earlier, came } = begun;
    const index = attachments.findIndex((item) => 'part' in item && item.part === part.name);
    const attachment = attachments[index];
    const pointer = `/attachments/${index}/part`;
    if (attachment === undefined)
      throw invalidInput([
        { pointer: '/attachments', message: 'do not name all parts of the upload; each file needs an attachment with its name as "part"' },
      ]);
    if (!('file' in part)) throw invalidInput([{ pointer, message: 'came as text; send it as a file, with a file name' }]);
    if (came.has(part.name)) throw invalidInput([{ pointer, message: 'came twice' }]);
    const bytes = this.bounded(part.file, begun, pointer);
    if (earlier !== null) return void came.set(part.name, await hashOf(bytes));
    const received = await this.store.receive(bytes);
    came.set(part.name, received);
    const problem = await problemOfReceived(begun.document.teamId, attachment, received);
    if (problem !== null) throw invalidInput([{ pointer, message: problem }]);
  }

  private async *bounded(file: AsyncIterable<Buffer>, begun: Begun, pointer: string): AsyncGenerator<Uint8Array> {
    for await (const block of file) {
      begun.bytesLeft -= block.length;
      if (begun.bytesLeft < 0) {
        const message = tooLargeTogether(this.limits);
        throw new ProblemException(413, 'entity-too-large', `The ${message}.`, [{ pointer, message }]);
      }
      yield block;
    }
  }

  private async finish({ document, attachments, earlier, came }: Begun): Promise<Intake> {
    const missing = attachments.flatMap((item, index): FieldError[] =>
      'part' in item && !came.has(item.part)
        ? [{ pointer: `/attachments/${index}/part`, message: `names the part "${item.part}", which did not come` }]
        : [],
    );
    if (missing.length > 0) throw invalidInput(missing);
    const rows = attachments.map((item) => {
      const { sha256, size } = 'part' in item ? (came.get(item.part) as Came) : item;
      const { filename, contentType, contentId = null } = item;
      return { filename, contentType, contentId, sha256, size, ref: 'ref' in item ? item.ref : null };
    });
    if (earlier !== null) return answerTo(earlier, document, rows);
    for (const { keep } of came.values()) await keep?.();
    return this.accepting.acceptStored(document, rows);
  }
}

const DELIVERY_MISSING: FieldError = { pointer: '', message: `must begin with the part "${DELIVERY}", the document as JSON` };
