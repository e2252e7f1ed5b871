// Takes in a document, in the same way from the queue and from HTTP: checks it, fixes the delivery's look (`Look`), writes the delivery
// with one statement, and starts work on it at once if a hand (a worker slot) is free.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type DispatchJob, type FieldError, type RejectionReason, type TeamMailSettings } from '@billing-mail/contracts';
import { resolveRecipients, type ResolvedRecipient } from '@billing-mail/mail-core';
import { currentTraceparent, Traced } from '@billing-mail/platform';
import { v7 as uuidv7 } from 'uuid';
import { DeadAddresses } from '../bounces/dead-addresses.js';
import { DeliveryRunner } from '../claiming/delivery-runner.js';
import { type Hand } from '../claiming/hands.js';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { SettingsClient, SettingsUnavailableError } from '../documents/settings.client.js';
import { DeliveryRecords } from '../records/delivery-records.js';
import { laneOf } from '../records/lanes.js';
import { fixLook } from '../records/look.js';
import { type AttachmentInHand, type AttachmentRow, type DeliveryInHand } from '../records/rows.js';
import { type FixedLook, type NewDelivery } from '../records/take-statement.js';
import { contentHash, type HashedAttachment, type HashedDocument } from './content-hash.js';
import { hashedOf, TakeDocuments } from './take-documents.js';

/** A document that has passed the schema, without the version of its payload. */
export type DocumentToSend = Omit<DispatchJob, 'version'> & { resendOf?: string; resendNote?: string };

export type Intake =
  | { kind: 'accepted'; deliveryId: string }
  /** The key was used before for the same content, so the document is that earlier delivery. */
  | { kind: 'repeated'; deliveryId: string }
  | { kind: 'rejected'; reason: RejectionReason; errors: FieldError[] };

const reject = (reason: RejectionReason, pointer: string, message: string): Intake => ({
  kind: 'rejected',
  reason,
  errors: [{ pointer, message }],
});

export type EarlierDelivery = { deliveryId: string; contentHash: string };

type Looked = { fixed: FixedLook | null; recipients: ResolvedRecipient[]; lane: string };

@Injectable()
export class AcceptDocument {
  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    private readonly settings: SettingsClient,
    private readonly documents: TakeDocuments,
    private readonly records: DeliveryRecords,
    private readonly runner: DeliveryRunner,
    private readonly deadAddresses: DeadAddresses,
  ) {}

  /**
   * Takes in a document. Waits up to `waitMs` milliseconds for a free hand, so that this process can send the delivery without reading it
   * again. If no hand comes free, the delivery is stored as due. Throws only if PostgreSQL or the document store is unavailable; the caller
   * may then repeat the call, because the key makes that safe.
   */
  async accept(document: DocumentToSend, waitMs = 0): Promise<Intake> {
    const settings = await this.settingsIfKnown(document.teamId);
    if (settings === null) return teamUnknown(document.teamId);
    const taken = await this.documents.take(document.teamId, document.attachments);
    if ('errors' in taken) return { kind: 'rejected', reason: 'invalid', errors: taken.errors };
    return this.insert(document, taken.attachments, settings, waitMs);
  }

  /**
   * Like `accept`, but looks the key up first if the document brings bytes, so that nothing is stored for a request that will be refused or
   * is a repetition.
   */
  async acceptIfNew(document: DocumentToSend, waitMs = 0): Promise<Intake> {
    const bringsBytes = document.attachments.some((attachment) => 'content' in attachment);
    const earlier = bringsBytes ? await this.earlier(document) : null;
    return earlier === null ? this.accept(document, waitMs) : answerTo(earlier, document, await hashedOf(document.attachments));
  }

  /** Returns the delivery that was taken in before under this team and key; `null` if there is none. */
  earlier({ teamId, key }: Pick<DocumentToSend, 'teamId' | 'key'>): Promise<EarlierDelivery | null> {
    return this.records.earlier(teamId, key);
  }

  /** Returns the rejection if the team can send nothing at all; `null` if it can, or if settings-api does not answer. */
  async refusalOf(teamId: string): Promise<Intake | null> {
    return (await this.settingsIfKnown(teamId)) === null ? teamUnknown(teamId) : null;
  }

  /** Like `accept`, for a known team and attachments that are in the document store already. */
  async acceptStored(document: DocumentToSend, attachments: AttachmentRow[]): Promise<Intake> {
    return this.insert(document, attachments, await this.settingsIfKnown(document.teamId), 0);
  }

  @Traced('take', { about: ({ teamId }: DocumentToSend) => ({ teamId }) })
  private async insert(
    document: DocumentToSend,
    attachments: AttachmentInHand[],
    settings: TeamMailSettings | null | undefined,
    waitMs: number,
  ): Promise<Intake> {
    const id = uuidv7();
    const looked = this.lookOf(id, document, settings ?? undefined);
    const isForNow = document.sendAt === undefined || Date.parse(document.sendAt) <= Date.now();
    const hand = looked.fixed === null || !isForNow ? null : await this.runner.handFor(looked.lane, waitMs);
    let isHandUsed = false;
    if (hand !== null) this.runner.unheld.beginToTake(id);
    try {
      const delivery = this.toNewDelivery(id, document, attachments, looked, hand);
      const taken = await this.records.take(delivery);
      if (taken.kind === 'known')
        return taken.contentHash === delivery.contentHash ? { kind: 'repeated', deliveryId: taken.deliveryId } : KEY_CONFLICT;
      if (taken.kind === 'recurs') return recurrenceConflict(taken);
      this.deadAddresses.watch(id, document.teamId, looked.recipients);
      if (hand !== null) {
        isHandUsed = true;
        this.runner.goOnWith(toInHand(delivery, attachments, taken.datedAt), hand);
      } else this.runner.wake();
      return { kind: 'accepted', deliveryId: id };
    } catch (error) {
      // The answer of PostgreSQL may be lost although it has committed the delivery; the next sweep gives such a delivery back.
      if (hand !== null) this.runner.unheld.noteLostAnswer();
      throw error;
    } finally {
      this.runner.unheld.endToTake(id);
      if (!isHandUsed) hand?.free();
    }
  }

  /**
   * Without settings, only the document's own recipients are known. The first claim that has the settings then fixes the look, so that no
   * delivery is sent by outdated settings.
   */
  private lookOf(id: string, document: DocumentToSend, settings: TeamMailSettings | undefined): Looked {
    const recipients = resolveRecipients(document, { cc: [], bcc: [] });
    return settings === undefined
      ? { fixed: null, recipients, lane: laneOf(document.teamId, 'custom') }
      : fixLook(
          { id, resendOf: document.resendOf ?? null, document: document.document },
          recipients,
          settings,
          this.env.PLATFORM_FROM_ADDRESS,
        );
  }

  private toNewDelivery(
    id: string,
    document: DocumentToSend,
    attachments: readonly AttachmentInHand[],
    { fixed, recipients, lane }: Looked,
    hand: Hand | null,
  ): NewDelivery {
    const { teamId, key, requestedBy, subject, text, html, resendOf, resendNote, sendAt } = document;
    const rows = attachments.map(({ bytes: _bytes, ...row }): AttachmentRow => row);
    return {
      ...{ id, teamId, key, requestedBy, subject, text, lane, fixed, recipients },
      contentHash: contentHash(document, rows),
      document: document.document,
      html: html ?? null,
      resendOf: resendOf ?? null,
      ...(resendNote === undefined ? {} : { resendNote }),
      attachments: rows,
      sendAt: sendAt ?? null,
      traceparent: currentTraceparent(),
      claim: hand && { claimId: randomUUID(), workerId: this.runner.workerId, leaseMs: this.env.CLAIM_LEASE },
    };
  }

  /**
   * Returns `null` if the team has no settings, and `undefined` if settings-api does not answer. In that case, whether the team is known is
   * found out when the delivery is due.
   */
  private async settingsIfKnown(teamId: string): Promise<TeamMailSettings | null | undefined> {
    try {
      return await this.settings.settingsOf(teamId);
    } catch (error) {
      if (error instanceof SettingsUnavailableError) return undefined;
      throw error;
    }
  }
}

/** The answer to a document whose key was used before. */
export function answerTo(
  { deliveryId, contentHash: earlier }: EarlierDelivery,
  document: HashedDocument,
  attachments: readonly HashedAttachment[],
): Intake {
  return earlier === contentHash(document, attachments) ? { kind: 'repeated', deliveryId } : KEY_CONFLICT;
}

const teamUnknown = (teamId: string): Intake =>
  reject('team_unknown', '/teamId', `has no E-mail delivery settings; set them up first (PUT /v1/teams/${teamId}/email-delivery)`);

const KEY_CONFLICT = reject(
  'key_conflict',
  '/key',
  'was used for another document already; the first one is untouched. Use a key of its own for each document',
);

const recurrenceConflict = (first: { key: string; deliveryId: string }): Intake =>
  reject(
    'recurrence_conflict',
    '/document/recurrence',
    `was handed over already, under the key "${first.key}" (delivery ${first.deliveryId}); send that one again if it is needed once more, or give another document an occurrence of its own`,
  );

/** Builds the delivery for the worker from what was just written, so that nothing has to be read again. */
function toInHand(delivery: NewDelivery, attachments: AttachmentInHand[], datedAt: Date): DeliveryInHand {
  const { fixed, claim, recipients, contentHash: _contentHash, sendAt: _sendAt, ...same } = delivery;
  if (fixed === null || claim === null) throw new Error('Only a delivery with a look and a claim can be worked on.');
  const open = { status: 'pending', uncertainEnds: 0, reason: null, reply: null, route: null } as const;
  return {
    ...same,
    ...{ claimId: claim.claimId, look: fixed.look, route: fixed.route, messageIds: fixed.messageIds, datedAt, attachments },
    ...{ revision: 0, usedFallback: false, tries: { custom: 0, platform: 0 }, failure: null, postponements: 0, crashes: 0, deathsAlone: 0 },
    ...{ lastAttempt: 0, openTries: [], messages: {} },
    recipients: recipients.map((recipient, position) => ({ ...recipient, ...open, position })),
  };
}
