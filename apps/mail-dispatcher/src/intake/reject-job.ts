// Rejects a job that can't be sent: keeps its payload and the reasons, and alerts the people concerned, as far as the payload names them.
import { Injectable } from '@nestjs/common';
import {
  documentToName,
  type FieldError,
  idempotencyKey,
  type Locale,
  namedBy,
  type RequestedBy,
  requester,
  teamId,
} from '@billing-mail/contracts';
import { type z } from 'zod';
import { SettingsClient } from '../documents/settings.client.js';
import { jobsRejected } from '../records/dispatcher.metrics.js';
import { type NewOutcome } from '../records/outbox.store.js';
import { OutcomeRelay } from '../settling/outcome-relay.js';
import { UnparsedText } from './parse-job.js';
import { payloadBytes } from './payload-bytes.js';
import { type Rejection, RejectedJobsStore } from './rejected-jobs.store.js';

type Readable = {
  teamId: string | null;
  key: string | null;
  requestedBy: RequestedBy | null;
  documentId: string | null;
  documentNumber: string | null;
};

@Injectable()
export class RejectJob {
  constructor(
    private readonly store: RejectedJobsStore,
    private readonly settings: SettingsClient,
    private readonly relay: OutcomeRelay,
  ) {}

  async reject(payload: unknown, reason: Rejection['reason'], errors: FieldError[]): Promise<void> {
    const read = readWhatCanBe(payload);
    const team = read.teamId === null ? null : await this.settings.settingsOf(read.teamId).catch(() => null);
    const isSomebodyKnown = read.teamId !== null || read.requestedBy !== null;
    const outcome = isSomebodyKnown ? (id: string) => toOutcome(id, read, team, reason, errors) : null;
    await this.store.keepRejected({ teamId: read.teamId, key: read.key, reason, errors, payload: payloadBytes(payload), outcome });
    jobsRejected.inc({ reason });
    this.relay.wake();
  }
}

function toOutcome(
  id: string,
  read: Readable,
  team: { notifyUserIds: string[]; locale: Locale } | null,
  reason: Rejection['reason'],
  errors: FieldError[],
): NewOutcome {
  return {
    type: 'job_rejected',
    // Empty if the payload names no team: then only `requestedBy` is alerted.
    teamId: read.teamId ?? '',
    requestedBy: read.requestedBy,
    notifyUserIds: team?.notifyUserIds ?? [],
    teamLocale: team?.locale ?? null,
    rejection: { id, key: read.key, documentId: read.documentId, documentNumber: read.documentNumber, reason, errors: errors.slice(0, 50) },
  };
}

/** Reads those fields of a payload that are valid by themselves, although the whole does not fit the schema. */
function readWhatCanBe(payload: unknown): Readable {
  const job = asObject(payload instanceof UnparsedText ? payload.fieldsAtBeginning() : payload);
  const document = asObject(job['document']);
  return {
    teamId: valid(teamId, job['teamId']),
    key: valid(idempotencyKey, job['key']),
    requestedBy: namedBy(requester.parse(job['requestedBy'])),
    documentId: valid(documentToName.shape.id, document['id']),
    documentNumber: valid(documentToName.shape.number, document['number']) ?? null,
  };
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function valid<T extends z.ZodType>(schema: T, value: unknown): z.output<T> | null {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
}
