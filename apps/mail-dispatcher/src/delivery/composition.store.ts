// What a delivery is made of, and the moment at which its look and its recipients are fixed.
import { Injectable } from '@nestjs/common';
import { type RecipientRole, type Route } from '@billing-mail/contracts';
import { type ResolvedRecipient } from '@billing-mail/mail-core';
import { inTransaction, Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { type AttachmentRow, type ComposedMessage, type Look } from './delivery-row.js';

export type Content = { text: string; html: string | null; attachments: AttachmentRow[] };
export type FixedLook = {
  look: Look;
  route: Route;
  messageId: string;
  recipients: readonly ResolvedRecipient[];
  notShown: number;
  lane: string;
};

@Injectable()
export class CompositionStore {
  private readonly sql: Sql;

  constructor(private readonly dataSource: DataSource) {
    this.sql = new Sql(dataSource);
  }

  async contentOf(deliveryId: string): Promise<Content> {
    const [content] = await this.sql.rows<{ text: string; html: string | null }>(
      'SELECT text, html FROM dispatch.contents WHERE delivery_id = $1',
      [deliveryId],
    );
    if (content === undefined) throw new Error(`Delivery ${deliveryId} has no content.`);
    const attachments = await this.sql.rows<AttachmentRow>(
      `SELECT filename, content_type AS "contentType", sha256, size::int AS size FROM dispatch.attachments WHERE delivery_id = $1 ORDER BY position`,
      [deliveryId],
    );
    return { ...content, attachments };
  }

  /** The document's own recipients, before the team's copies are added; after that all of them. */
  async addressesOf(deliveryId: string): Promise<{ address: string; name: string | null; role: RecipientRole }[]> {
    return this.sql.rows('SELECT address, name, role FROM dispatch.recipients WHERE delivery_id = $1 ORDER BY position', [deliveryId]);
  }

  /** Fixes look, route, Message-ID and recipients in one transaction. Returns the date of the message, or `null` when the claim is lost. */
  async fix(claim: { id: string; claimId: string }, fixed: FixedLook): Promise<Date | null> {
    return inTransaction(this.dataSource, async (sql) => {
      const [row] = await sql.rows<{ composed_at: Date }>(
        `UPDATE dispatch.deliveries SET look = $3, route = $4, lane = $7, message_id = $5, recipients_not_shown = $6, composed_at = date_trunc('second', now())
         WHERE id = $1 AND claim_id = $2 AND look IS NULL RETURNING composed_at`,
        [claim.id, claim.claimId, fixed.look, fixed.route, fixed.messageId, fixed.notShown, fixed.lane],
      );
      if (row === undefined) return null;
      await sql.rows('DELETE FROM dispatch.recipients WHERE delivery_id = $1', [claim.id]);
      await insertRecipients(sql, claim.id, fixed.recipients);
      return row.composed_at;
    });
  }

  async messageOf(deliveryId: string, route: Route): Promise<ComposedMessage | null> {
    const [message] = await this.sql.rows<ComposedMessage>(
      'SELECT sha256, size::int AS size, signed FROM dispatch.messages WHERE delivery_id = $1 AND route = $2',
      [deliveryId, route],
    );
    return message ?? null;
  }

  /** Notes the bytes of a route; the first note stays, so that every try sends the same. */
  async keepMessage(deliveryId: string, route: Route, message: ComposedMessage): Promise<ComposedMessage> {
    await this.sql.rows(
      `INSERT INTO dispatch.messages (delivery_id, route, sha256, size, signed) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [deliveryId, route, message.sha256, message.size, message.signed],
    );
    return (await this.messageOf(deliveryId, route)) ?? message;
  }

  /** Composed messages of deliveries that were settled at least `afterMs` ago and whose bytes are still kept, at most `count`. */
  async outlived(afterMs: number, count: number): Promise<{ deliveryId: string; route: Route; sha256: string }[]> {
    return this.sql.rows(
      `SELECT m.delivery_id AS "deliveryId", m.route, m.sha256 FROM dispatch.messages m JOIN dispatch.deliveries d ON d.id = m.delivery_id
       WHERE m.removed_at IS NULL AND d.settled_at < now() - $1 * interval '1 millisecond' LIMIT $2`,
      [afterMs, count],
    );
  }

  /** Notes that the bytes are gone; what they were stays in the log. */
  async noteRemoved(deliveryId: string, route: Route): Promise<void> {
    await this.sql.affected('UPDATE dispatch.messages SET removed_at = now() WHERE delivery_id = $1 AND route = $2', [deliveryId, route]);
  }
}

export async function insertRecipients(sql: Sql, deliveryId: string, recipients: readonly ResolvedRecipient[]): Promise<void> {
  await sql.rows(
    `INSERT INTO dispatch.recipients (delivery_id, position, address, name, role)
     SELECT $1, r.position - 1, r.address, r.name, r.role
     FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS r (address, name, role, position)`,
    [deliveryId, recipients.map(({ address }) => address), recipients.map(({ name }) => name), recipients.map(({ role }) => role)],
  );
}
