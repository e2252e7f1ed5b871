import { Injectable } from '@nestjs/common';
import { type OutcomeEvent } from '@billing-mail/contracts';
import { type EntityManager } from 'typeorm';

/** Remembers what events tell of users and teams, so that alerts reach people who never opened their preferences. */
@Injectable()
export class ContactStore {
  /**
   * The event that happened last counts, in whatever order they come. Nothing is written when nothing changed: otherwise all
   * events of a busy user would wait for one row.
   */
  async learn(tx: EntityManager, event: OutcomeEvent): Promise<void> {
    const { teamId, teamLocale, requestedBy, occurredAt } = event;
    if (teamLocale !== null) {
      await tx.query(
        `INSERT INTO notify.teams (team_id, locale, learned_at)
         SELECT $1, $2, $3::timestamptz
         WHERE NOT EXISTS (SELECT FROM notify.teams WHERE team_id = $1 AND locale = $2)
         ON CONFLICT (team_id) DO UPDATE SET locale = excluded.locale, learned_at = excluded.learned_at
         WHERE teams.learned_at <= excluded.learned_at`,
        [teamId, teamLocale, occurredAt],
      );
    }
    if (requestedBy?.email !== undefined || requestedBy?.locale !== undefined) {
      await tx.query(
        `INSERT INTO notify.contacts (team_id, user_id, email, locale, learned_at)
         SELECT $1, $2, $3, $4, $5::timestamptz
         WHERE NOT EXISTS (SELECT FROM notify.contacts WHERE team_id = $1 AND user_id = $2
                           AND email IS NOT DISTINCT FROM coalesce($3, email) AND locale IS NOT DISTINCT FROM coalesce($4, locale))
         ON CONFLICT (team_id, user_id) DO UPDATE
         SET email = coalesce(excluded.email, contacts.email), locale = coalesce(excluded.locale, contacts.locale),
             learned_at = excluded.learned_at
         WHERE contacts.learned_at <= excluded.learned_at`,
        [teamId, requestedBy.userId, requestedBy.email ?? null, requestedBy.locale ?? null, occurredAt],
      );
    }
  }
}
