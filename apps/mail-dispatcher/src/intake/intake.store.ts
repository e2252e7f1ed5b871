import { Injectable } from '@nestjs/common';
import { type FieldError } from '@billing-mail/contracts';
import { type ResolvedRecipient } from '@billing-mail/mail-core';
import { inTransaction } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { insertRecipients } from '../delivery/composition.store.js';
import { type AttachmentRow } from '../delivery/delivery-row.js';
import { addToOutbox, type NewOutcome } from '../outcome/outbox.store.js';
import { type DocumentToSend } from './accept-document.js';

export type NewDelivery = {
  id: string;
  document: DocumentToSend;
  recipients: ResolvedRecipient[];
  attachments: AttachmentRow[];
  contentHash: string;
  lane: string;
};
export type Inserted = { kind: 'accepted' | 'repeated'; deliveryId: string } | { kind: 'conflict' };

export type Rejection = {
  teamId: string | null;
  key: string | null;
  reason: 'invalid' | 'key_conflict' | 'team_unknown';
  errors: FieldError[];
  payload: Buffer;
  /** Told to whom it concerns, where that could be read. */
  outcome: ((id: string) => NewOutcome) | null;
};

@Injectable()
export class IntakeStore {
  constructor(private readonly dataSource: DataSource) {}

  /** One delivery per (team, key), however many ask at once: the first row wins, the others learn of it. */
  async insert({ id, document, recipients, attachments, contentHash, lane }: NewDelivery): Promise<Inserted> {
    return inTransaction(this.dataSource, async (sql): Promise<Inserted> => {
      const rows = await sql.rows<{ id: string }>(
        `INSERT INTO dispatch.deliveries (id, team_id, key, content_hash, document, requested_by, subject, resend_of, lane)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (team_id, key) DO NOTHING RETURNING id`,
        [
          id,
          document.teamId,
          document.key,
          contentHash,
          document.document,
          document.requestedBy,
          document.subject,
          document.resendOf ?? null,
          lane,
        ],
      );
      if (rows.length === 0) {
        const [known] = await sql.rows<{ id: string; content_hash: string }>(
          'SELECT id, content_hash FROM dispatch.deliveries WHERE team_id = $1 AND key = $2',
          [document.teamId, document.key],
        );
        if (known === undefined) throw new Error('A delivery vanished while it was looked up.');
        return known.content_hash === contentHash ? { kind: 'repeated', deliveryId: known.id } : { kind: 'conflict' };
      }
      await sql.rows('INSERT INTO dispatch.contents (delivery_id, text, html) VALUES ($1, $2, $3)', [
        id,
        document.text,
        document.html ?? null,
      ]);
      await sql.rows(
        `INSERT INTO dispatch.attachments (delivery_id, position, filename, content_type, sha256, size)
         SELECT $1, a.position - 1, a.filename, a.content_type, a.sha256, a.size
         FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS a (filename, content_type, sha256, size, position)`,
        [
          id,
          attachments.map(({ filename }) => filename),
          attachments.map(({ contentType }) => contentType),
          attachments.map(({ sha256 }) => sha256),
          attachments.map(({ size }) => size),
        ],
      );
      await insertRecipients(sql, id, recipients);
      return { kind: 'accepted', deliveryId: id };
    });
  }

  /** Keeps a job that can't be sent, with the reasons, and tells whom it concerns, in one transaction. */
  async keepRejected(rejection: Rejection): Promise<string> {
    const id = uuidv7();
    await inTransaction(this.dataSource, async (sql) => {
      await sql.rows('INSERT INTO dispatch.rejected_jobs (id, team_id, key, reason, errors, payload) VALUES ($1, $2, $3, $4, $5, $6)', [
        id,
        rejection.teamId,
        rejection.key,
        rejection.reason,
        JSON.stringify(rejection.errors),
        rejection.payload,
      ]);
      const outcome = rejection.outcome?.(id);
      if (outcome) await addToOutbox(sql, outcome);
    });
    return id;
  }
}
