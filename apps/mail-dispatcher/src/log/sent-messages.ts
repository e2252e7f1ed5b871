// Reads what went out: the parts of a delivery, and its messages byte for byte. A message is composed again and compared with the recorded
// hash.
import { Inject, Injectable } from '@nestjs/common';
import { type DeliveryContent, type Route } from '@billing-mail/contracts';
import { notFound, ProblemException, Sql } from '@billing-mail/platform';
import { type ClaimedRow, toDelivery, WITH_ALL_PARTS } from '../claiming/claimed-row.js';
import { DOCUMENT_STORE } from '../dispatcher.tokens.js';
import { type DocumentStore } from '../documents/document-store.js';
import { MemoryBudget } from '../documents/memory-budget.js';
import { DocumentChangedError, openDocument } from '../documents/read-document.js';
import { SigningKeyUnavailableError } from '../documents/signing-key.js';
import { CertificateUnusableError } from '../documents/team-keys.js';
import { draftFor } from '../records/look.js';
import { type DeliveryInHand, type LookedAfter, type MessageFacts } from '../records/rows.js';
import { Messages, type PreparedMessage } from '../trying/messages.js';

const FOUND = `WITH claimed AS (SELECT * FROM dispatch.deliveries WHERE team_id = $1 AND id = $2) ${WITH_ALL_PARTS}`;

/** Memory of all readers together: a slow reader delays other readers, but no delivery. */
const READERS_BYTES = 32 * 1024 * 1024;

/** Call `done` when the bytes have been read or are no longer wanted. */
export type Download = Pick<PreparedMessage, 'size' | 'body' | 'done'>;

@Injectable()
export class SentMessages {
  private readonly memory = new MemoryBudget(READERS_BYTES);

  constructor(
    private readonly sql: Sql,
    @Inject(DOCUMENT_STORE) private readonly documents: DocumentStore,
    private readonly messages: Messages,
  ) {}

  async content(teamId: string, id: string): Promise<DeliveryContent> {
    const delivery = await this.find(teamId, id);
    const { subject, text, html, requestedBy, attachments, messages } = delivery;
    return {
      ...headerOf(delivery),
      ...{ subject, text, html, requestedBy: requestedBy.userId ?? null },
      attachments: attachments.map(({ filename, contentType, contentId, size }, position) => ({
        ...{ position, filename, contentType, size, inline: contentId !== null },
      })),
      messages: Object.entries(messages).map(([route, facts]) => ({ route: route as Route, ...facts })),
    };
  }

  /** @throws ProblemException 404, or 409 if the document is not the one that went out */
  async attachment(teamId: string, id: string, position: number): Promise<{ filename: string } & Download> {
    const attachment = (await this.find(teamId, id)).attachments[position];
    if (attachment === undefined) throw notFound('The attachment');
    // Reads all of it before the response begins, so that a changed document can be reported.
    await this.readable(async () => {
      for await (const block of openDocument(this.documents, attachment)) void block;
    });
    const { filename, size } = attachment;
    return { filename, size, body: () => openDocument(this.documents, attachment), done: () => undefined };
  }

  /** @throws ProblemException 404, or 409 if the same bytes can no longer be composed */
  async message(teamId: string, id: string, route: Route): Promise<Download> {
    const delivery = await this.find(teamId, id);
    const recorded = delivery.messages[route];
    if (recorded === undefined || !isLookedAfter(delivery)) throw notFound('The message');
    const message = await this.readable(() => this.messages.again(delivery, route, recorded, this.memory));
    try {
      if ((await this.readable(() => shaOf(message))) !== recorded.sha256) throw differs(recorded);
      return message;
    } catch (error) {
      message.done();
      throw error;
    }
  }

  private async find(teamId: string, id: string): Promise<DeliveryInHand> {
    const [row] = await this.sql.rows<ClaimedRow>(FOUND, [teamId, id]);
    if (row === undefined) throw notFound('The delivery');
    return toDelivery(row);
  }

  private async readable<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof DocumentChangedError) throw documentChanged();
      if (error instanceof CertificateUnusableError || error instanceof SigningKeyUnavailableError) throw notSignedAgain();
      throw error;
    }
  }
}

function headerOf(delivery: DeliveryInHand): Pick<DeliveryContent, 'from' | 'replyTo' | 'to' | 'cc'> {
  if (!isLookedAfter(delivery)) return { from: null, replyTo: null, to: [], cc: [] };
  const { from, replyTo, to, cc } = draftFor(delivery.route, delivery);
  const shown = ({ address, name }: { address: string; name?: string | null }) => ({ address, name: name ?? null });
  return { from: shown(from), replyTo: replyTo ?? null, to: to.map(shown), cc: cc.map(shown) };
}

const isLookedAfter = (delivery: DeliveryInHand): delivery is LookedAfter =>
  delivery.look !== null && delivery.route !== null && delivery.datedAt !== null;

/**
 * Reads a streamed message to its end for its hash. The message is composed again for the reader, so it is never held in memory as a whole.
 */
async function shaOf({ body, facts }: PreparedMessage): Promise<string | undefined> {
  if (typeof body === 'function') for await (const block of body()) void block;
  return facts()?.sha256;
}

const differs = ({ sha256 }: MessageFacts) =>
  new ProblemException(
    409,
    'message-differs',
    `The message can not be composed again byte for byte: the certificate or this program is not the one that it went out with. The SHA-256 of what went out is ${sha256}.`,
  );
const documentChanged = () =>
  new ProblemException(409, 'document-changed', 'The document is no longer the one that was sent: it was changed or removed since.');
const notSignedAgain = () =>
  new ProblemException(409, 'message-differs', 'The message can not be signed again: the certificate that it went out with has run out.');
