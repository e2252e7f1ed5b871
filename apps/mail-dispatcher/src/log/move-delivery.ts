import { Injectable } from '@nestjs/common';
import { notFound, ProblemException, Sql } from '@billing-mail/platform';
import { DeliveryRunner } from '../claiming/delivery-runner.js';
import { noteDueLanes } from '../records/lanes.js';

/** Moves a waiting delivery to another time; its tries stay as they are. */
@Injectable()
export class MoveDelivery {
  constructor(
    private readonly sql: Sql,
    private readonly runner: DeliveryRunner,
  ) {}

  /** @param sendAt the earliest time; `null`: now */
  async move(teamId: string, id: string, sendAt: Date | null): Promise<void> {
    // The Date field moves along as long as nothing has gone out; after that the bytes must stay the same.
    const [row] = await this.sql.rows<{ count: number }>(
      `WITH moved AS (
         UPDATE dispatch.deliveries d SET due_at = greatest(now(), $3),
           dated_at = CASE WHEN d.dated_at IS NULL OR EXISTS (
             SELECT FROM dispatch.attempts t WHERE t.delivery_id = d.id AND t.message_sha256 IS NOT NULL
           ) THEN d.dated_at ELSE date_trunc('second', greatest(now(), $3)) END
         WHERE d.team_id = $1 AND d.id = $2 AND d.settled_at IS NULL AND d.claim_id IS NULL AND d.due_when_resumed IS NULL
         RETURNING d.lane, d.due_at
       ),
       due AS (${noteDueLanes('moved')})
       SELECT count(*)::int AS count FROM moved`,
      [teamId, id, sendAt],
    );
    if (row?.count === 1) this.runner.wake();
    else throw await this.whyNot(teamId, id);
  }

  private async whyNot(teamId: string, id: string): Promise<ProblemException> {
    const [row] = await this.sql.rows<{ isSettled: boolean; isHeld: boolean }>(
      `SELECT settled_at IS NOT NULL AS "isSettled", due_when_resumed IS NOT NULL AS "isHeld" FROM dispatch.deliveries WHERE team_id = $1 AND id = $2`,
      [teamId, id],
    );
    if (row === undefined) return notFound('The delivery');
    if (row.isSettled) return new ProblemException(409, 'settled', 'The delivery is settled; send it again instead.');
    if (row.isHeld) return new ProblemException(409, 'held', 'The delivery is held after a restore until the operator lets it go on.');
    return new ProblemException(409, 'under-way', 'The delivery is being handed to the mail server right now.');
  }
}
