// The bytes of a delivery on a route: composed anew for each try, in memory or (if large) as a stream, and kept only if another try
// follows.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Route } from '@billing-mail/contracts';
import { type DraftAttachment, type MessageDraft, streamMessage } from '@billing-mail/mail-core';
import { Traced } from '@billing-mail/platform';
import { DOCUMENT_STORE } from '../dispatcher.tokens.js';
import { type DocumentStore } from '../documents/document-store.js';
import { MemoryBudget } from '../documents/memory-budget.js';
import { openDocument, readDocument } from '../documents/read-document.js';
import { SigningKey } from '../documents/signing-key.js';
import { TeamKeys } from '../documents/team-keys.js';
import { draftFor } from '../records/look.js';
import { type AttachmentInHand, type LookedAfter, type MessageFacts } from '../records/rows.js';
import { Composer } from './composer.js';

/**
 * From this size a message is composed as a stream: encoding, hashing and sending in blocks costs little extra here, and saves the memory.
 */
const STREAMED_FROM_BYTES = 1024 * 1024;
/** Memory of a streamed message: blocks of the file, of the encoded text, and in the socket. */
const STREAM_BYTES = 1024 * 1024;
/** Memory of a message, relative to its documents: base64 is a third larger, and both are in memory for a moment. */
const MEMORY_FACTOR = 2.5;

/** A message that is ready to be sent; `done` releases its memory. */
export type PreparedMessage = {
  size: number;
  signed: boolean;
  body: Buffer | (() => AsyncIterable<Uint8Array>);
  /** The facts of the bytes that went out; `null` until a stream has been read to its end. */
  facts: () => MessageFacts | null;
  /** Keeps the bytes in the document store, under their hash, for the next try on the route. */
  keep: () => Promise<void>;
  done: () => void;
};

@Injectable()
export class Messages {
  constructor(
    @Inject(DOCUMENT_STORE) private readonly documents: DocumentStore,
    private readonly signingKey: SigningKey,
    @Inject(TeamKeys) private readonly teamKeys: Pick<TeamKeys, 'identityFor'>,
    private readonly memory: MemoryBudget,
    @Inject(Composer) private readonly composer: Pick<Composer, 'compose'>,
  ) {}

  /**
   * Returns the kept bytes of an earlier try on the route, or composes the message. @throws DocumentChangedError,
   * SigningKeyUnavailableError, CertificateUnusableError
   */
  @Traced('compose')
  async prepare(delivery: LookedAfter, route: Route): Promise<PreparedMessage> {
    const known = delivery.messages[route];
    if (known !== undefined && (await this.documents.sizeOf({ sha256: known.sha256, ref: null })) === known.size) return this.repeat(known);
    return this.compose(delivery, route, await this.identityFor(delivery, route, new Date()));
  }

  /**
   * Composes a sent message again, for somebody who wants to read it, in memory that no delivery waits for. Compare its hash to find out
   * whether the bytes are the same.
   * @throws as `prepare`
   */
  async again(delivery: LookedAfter, route: Route, { signed }: MessageFacts, memory: MemoryBudget): Promise<PreparedMessage> {
    return this.compose(delivery, route, signed ? await this.identityFor(delivery, route, delivery.datedAt) : null, memory);
  }

  /** Removes the kept bytes of a settled delivery. */
  async forget({ messages }: Pick<LookedAfter, 'messages'>): Promise<void> {
    for (const { sha256 } of Object.values(messages)) await this.documents.remove(sha256);
  }

  private async repeat(facts: MessageFacts): Promise<PreparedMessage> {
    const place = { sha256: facts.sha256, ref: null };
    const isLarge = facts.size >= STREAMED_FROM_BYTES;
    const done = await this.memory.take(isLarge ? STREAM_BYTES : facts.size);
    try {
      const body = isLarge ? () => this.documents.open(place) : await this.documents.read(place);
      if (body === null) throw new Error('The bytes of a message vanished from the document store.');
      return { ...facts, body, facts: () => facts, keep: () => Promise.resolve(), done };
    } catch (error) {
      done();
      throw error;
    }
  }

  private async compose(delivery: LookedAfter, route: Route, identity: Identity, memory = this.memory): Promise<PreparedMessage> {
    const draft = draftFor(route, delivery);
    const bytes = delivery.attachments.reduce((sum, { size }) => sum + size, 0);
    const isLarge = bytes >= STREAMED_FROM_BYTES;
    const done = await memory.take(isLarge ? STREAM_BYTES : Math.ceil(bytes * MEMORY_FACTOR));
    try {
      return { ...(isLarge ? this.asStream(delivery, draft, identity) : await this.inMemory(delivery, draft, identity)), done };
    } catch (error) {
      done();
      throw error;
    }
  }

  private async identityFor({ teamId, look }: LookedAfter, route: Route, now: Date): Promise<Identity> {
    if (route === 'platform') return this.signingKey.usableAt(now);
    return look.customFrom === null ? null : this.teamKeys.identityFor(teamId, look.customFrom.address);
  }

  private async inMemory(delivery: LookedAfter, draft: Draft, identity: Identity): Promise<Composed> {
    const contents = await Promise.all(delivery.attachments.map((attachment) => readDocument(this.documents, attachment)));
    const attachments = partsOf(delivery, (index) => contents[index] ?? Buffer.alloc(0));
    const { body, sha256 } = await this.composer.compose({ ...draft, attachments }, identity);
    const facts: MessageFacts = { sha256, size: body.length, signed: identity !== null };
    return {
      ...{ size: body.length, signed: facts.signed, body, facts: () => facts },
      keep: async () => void (await this.documents.put([body])),
    };
  }

  private asStream(delivery: LookedAfter, draft: Draft, identity: Identity): Composed {
    const open = (index: number) => () => openDocument(this.documents, delivery.attachments[index] as AttachmentInHand);
    const stream = () => streamMessage({ ...draft, attachments: partsOf(delivery, open) }, identity);
    const { size } = stream();
    let sha256 = null as string | null;
    return {
      size,
      signed: identity !== null,
      body: () => hashed(stream().blocks, (hash) => (sha256 = hash)),
      facts: () => (sha256 === null ? null : { sha256, size, signed: identity !== null }),
      keep: async () => void (await this.documents.put(stream().blocks)),
    };
  }
}

type Draft = Omit<MessageDraft, 'attachments'>;
type Identity = ReturnType<SigningKey['usableAt']> | null;
type Composed = Omit<PreparedMessage, 'done'>;

const partsOf = (delivery: LookedAfter, contentOf: (index: number) => DraftAttachment['content']): DraftAttachment[] =>
  delivery.attachments.map(({ filename, contentType, contentId, size }, index) => ({
    filename,
    contentType,
    ...(contentId === null ? {} : { contentId }),
    size,
    content: contentOf(index),
  }));

async function* hashed(blocks: AsyncIterable<Buffer>, onEnd: (sha256: string) => void): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const block of blocks) {
    hash.update(block);
    yield block;
  }
  onEnd(hash.digest('hex'));
}
