// The way of a document into the system, the same from the queue and from HTTP: check, store the attachments, one row, wake up.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Attachment, type DispatchJob, type FieldError, type TeamMailSettings } from '@billing-mail/contracts';
import { resolveRecipients } from '@billing-mail/mail-core';
import { v7 as uuidv7 } from 'uuid';
import { DOCUMENT_STORE } from '../dispatcher.tokens.js';
import { DeliveryRunner } from '../delivery/delivery-runner.js';
import { laneOf } from '../delivery/lane-health.js';
import { type AttachmentRow } from '../delivery/delivery-row.js';
import { type DocumentStore } from '../gathering/document-store.js';
import { SettingsClient, SettingsUnavailableError } from '../gathering/settings.client.js';
import { IntakeStore } from './intake.store.js';

/** A document that passed the schema; version and shape no longer matter. */
export type DocumentToSend = Omit<DispatchJob, 'version'> & { resendOf?: string };

export type Intake =
  | { kind: 'accepted'; deliveryId: string }
  /** The key is known with the same content: it stays that delivery. */
  | { kind: 'repeated'; deliveryId: string }
  | { kind: 'rejected'; reason: 'invalid' | 'key_conflict' | 'team_unknown'; errors: FieldError[] };

const reject = (reason: 'invalid' | 'key_conflict' | 'team_unknown', pointer: string, message: string): Intake => ({
  kind: 'rejected',
  reason,
  errors: [{ pointer, message }],
});

@Injectable()
export class AcceptDocument {
  constructor(
    @Inject(DOCUMENT_STORE) private readonly documents: DocumentStore,
    private readonly settings: SettingsClient,
    private readonly store: IntakeStore,
    private readonly runner: DeliveryRunner,
  ) {}

  /** Rejects (throws) only when PostgreSQL or the document store is away: then nothing was accepted, ask again. */
  async accept(document: DocumentToSend): Promise<Intake> {
    const settings = await this.settingsIfKnown(document.teamId);
    if (settings === null) {
      return reject(
        'team_unknown',
        '/teamId',
        `has no E-mail delivery settings; set them up first (PUT /v1/teams/${document.teamId}/email-delivery)`,
      );
    }
    const stored = await this.storeAttachments(document.attachments);
    if ('errors' in stored) return { kind: 'rejected', reason: 'invalid', errors: stored.errors };
    return this.insert(document, stored.attachments, settings);
  }

  /** The same for a document of a known team whose attachments are in the store already. */
  async acceptStored(document: DocumentToSend, attachments: AttachmentRow[]): Promise<Intake> {
    return this.insert(document, attachments, await this.settingsIfKnown(document.teamId));
  }

  private async insert(
    document: DocumentToSend,
    attachments: AttachmentRow[],
    settings: TeamMailSettings | null | undefined,
  ): Promise<Intake> {
    const recipients = resolveRecipients(document, { cc: [], bcc: [] });
    const taken = await this.store.insert({
      id: uuidv7(),
      document,
      recipients,
      attachments,
      contentHash: contentHash(document, attachments),
      lane: laneOf(document.teamId, settings?.sender ?? 'custom'),
    });
    switch (taken.kind) {
      case 'accepted':
        this.runner.wake();
        return taken;
      case 'repeated':
        return taken;
      case 'conflict':
        return reject(
          'key_conflict',
          '/key',
          'was used for another document already; the first one is untouched. Use a key of its own for each document',
        );
    }
  }

  /** `undefined` while settings-api does not answer: then it turns out when the delivery is due. */
  private async settingsIfKnown(teamId: string): Promise<TeamMailSettings | null | undefined> {
    try {
      return await this.settings.settingsOf(teamId);
    } catch (error) {
      if (error instanceof SettingsUnavailableError) return undefined;
      throw error;
    }
  }

  private async storeAttachments(attachments: readonly Attachment[]): Promise<{ attachments: AttachmentRow[] } | { errors: FieldError[] }> {
    const rows: AttachmentRow[] = [];
    const errors: FieldError[] = [];
    for (const [index, attachment] of attachments.entries()) {
      const { filename, contentType } = attachment;
      if ('content' in attachment) {
        rows.push({ filename, contentType, ...(await this.documents.put(decodeBase64(attachment.content))) });
        continue;
      }
      const { ref, sha256, size } = attachment;
      const adoption = await this.documents.adopt(ref, { sha256, size });
      if (adoption === 'adopted') rows.push({ filename, contentType, sha256, size });
      else
        errors.push({
          pointer: `/attachments/${index}/ref`,
          message:
            adoption === 'missing'
              ? 'is not in the document store; put it there first'
              : 'is in the document store with another hash or size',
        });
    }
    return errors.length > 0 ? { errors } : { attachments: rows };
  }
}

/** Decodes piece by piece; a multiple of 4 characters is a multiple of 3 bytes. */
async function* decodeBase64(content: string): AsyncGenerator<Buffer> {
  const piece = 4 * 64 * 1024;
  for (let at = 0; at < content.length; at += piece) yield Buffer.from(content.slice(at, at + piece), 'base64');
}

/** Two publications are the same delivery when this is the same. Who asked for it is no part of what is sent. */
function contentHash(document: DocumentToSend, attachments: readonly AttachmentRow[]): string {
  const { to, cc, bcc, subject, text, html, resendOf } = document;
  const { id, type, number, recurrence } = document.document;
  const people = [to, cc, bcc].map((list) => list.map(({ address, name }) => [address, name ?? null]));
  const files = attachments.map(({ filename, contentType, sha256, size }) => [filename, contentType, sha256, size]);
  const content = [
    id,
    type,
    number ?? null,
    recurrence?.seriesId ?? null,
    recurrence?.occurrence ?? null,
    people,
    subject,
    text,
    html ?? null,
    files,
    resendOf ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
