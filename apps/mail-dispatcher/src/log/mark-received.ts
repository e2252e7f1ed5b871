import { Injectable } from '@nestjs/common';
import { ProblemException, Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';

/** Somebody found out that a document of which nobody knew whether it arrived is there. The facts stay as they are; it needs no attention any more. */
@Injectable()
export class MarkReceived {
  private readonly sql: Sql;

  constructor(dataSource: DataSource) {
    this.sql = new Sql(dataSource);
  }

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
        'Only what may have arrived with everybody who is not known to have it can be marked as received.',
      );
  }
}
