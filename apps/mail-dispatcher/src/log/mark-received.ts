import { Injectable } from '@nestjs/common';
import { ProblemException, Sql } from '@billing-mail/platform';

/**
 * Records that somebody found out that an uncertain document has arrived. The recorded results stay as they are, but the delivery needs no
 * more attention.
 */
@Injectable()
export class MarkReceived {
  constructor(private readonly sql: Sql) {}

  async mark(teamId: string, id: string, { by, note }: { by: string; note: string | null }): Promise<void> {
    const marked = await this.sql.affected(
      `UPDATE dispatch.deliveries d SET received_by = $3, received_at = now(), received_note = $4
       WHERE d.team_id = $1 AND d.id = $2 AND d.settled_at IS NOT NULL
         AND NOT EXISTS (SELECT FROM dispatch.recipients r WHERE r.delivery_id = d.id AND r.status NOT IN ('accepted', 'uncertain'))
         AND EXISTS (SELECT FROM dispatch.recipients r WHERE r.delivery_id = d.id AND r.status = 'uncertain')`,
      [teamId, id, by, note],
    );
    if (marked === 0)
      throw new ProblemException(
        409,
        'not-uncertain',
        'Only a settled delivery that is uncertain for some recipients and accepted for all others can be marked as received.',
      );
  }
}
