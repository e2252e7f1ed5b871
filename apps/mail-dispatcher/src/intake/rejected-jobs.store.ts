import { Injectable } from '@nestjs/common';
import { type FieldError, type RejectionReason } from '@billing-mail/contracts';
import { Sql } from '@billing-mail/platform';
import { v7 as uuidv7 } from 'uuid';
import { addToOutbox, type NewOutcome } from '../records/outbox.store.js';

export type Rejection = {
  teamId: string | null;
  key: string | null;
  reason: RejectionReason;
  errors: FieldError[];
  payload: Buffer;
  /** The alert to send; `null` if the payload names nobody. */
  outcome: ((id: string) => NewOutcome) | null;
};

@Injectable()
export class RejectedJobsStore {
  constructor(private readonly sql: Sql) {}

  /** Keeps a rejected job with the reasons, and adds its alert to the outbox, in one transaction. */
  async keepRejected(rejection: Rejection): Promise<string> {
    const id = uuidv7();
    await this.sql.transaction(async (sql) => {
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
