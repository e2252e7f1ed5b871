// Remembers what events say about users and teams, so that alerts reach people who never opened their preferences.
import { Injectable } from '@nestjs/common';
import { type OutcomeEvent, type TeamEvent } from '@billing-mail/contracts';
import { type Caller } from '@billing-mail/platform';
import { DataSource, type EntityManager } from 'typeorm';

/** Rows of the tables; they are passed to PostgreSQL as one JSON text. */
type ToldOfTeam = { team_id: string; locale: string; learned_at: string };
type ToldOfUser = { team_id: string; user_id: string; email: string | null; locale: string | null; learned_at: string };

/** How often it is written that a user was seen: each request and each document of a busy user shows the same. */
const NOTED_AGAIN_AFTER = `interval '1 day'`;

@Injectable()
export class ContactStore {
  constructor(private readonly database: DataSource) {}

  /**
   * Remembers that a user is a member of the teams in their token, and forgets those that the token no longer names. An older token says
   * nothing about a team that the user was seen in since.
   */
  async learnMember(caller: Caller): Promise<void> {
    if (caller.isService) return;
    await this.database.query(`DELETE FROM notify.contacts WHERE user_id = $1 AND team_id <> ALL ($2) AND seen_at < $3::timestamptz`, [
      caller.userId,
      caller.teamIds,
      caller.issuedAt,
    ]);
    await this.database.query(
      `INSERT INTO notify.contacts (team_id, user_id, learned_at) SELECT id, $1, 'epoch' FROM unnest($2::text[]) AS id ORDER BY id
       ON CONFLICT (team_id, user_id) DO UPDATE SET seen_at = now() WHERE contacts.seen_at < now() - ${NOTED_AGAIN_AFTER}`,
      [caller.userId, caller.teamIds],
    );
  }

  /**
   * Remembers what events say. The latest event by its time counts, in whatever order events arrive; within a group, the latest one that
   * has a value. Nothing is written if nothing changes and the user was seen within a day, which is so for nearly every event: otherwise
   * all events of a busy user would wait for one row.
   */
  async learn(tx: EntityManager, events: readonly OutcomeEvent[]): Promise<void> {
    const inTime = events.filter(isOfTeam).sort((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt));
    const [teams, users] = [toldOfTeams(inTime), toldOfUsers(inTime)];
    if (teams.length > 0) await learnTeams(tx, teams);
    if (users.length > 0) await learnUsers(tx, users);
  }
}

const isOfTeam = (event: OutcomeEvent): event is TeamEvent => 'teamId' in event;

function toldOfTeams(inTime: readonly TeamEvent[]): ToldOfTeam[] {
  const told = new Map<string, ToldOfTeam>();
  for (const { teamId, teamLocale, occurredAt } of inTime) {
    if (teamLocale !== null) told.set(teamId, { team_id: teamId, locale: teamLocale, learned_at: occurredAt });
  }
  return [...told.values()];
}

function toldOfUsers(inTime: readonly TeamEvent[]): ToldOfUser[] {
  const told = new Map<string, ToldOfUser>();
  for (const { teamId, requestedBy, occurredAt } of inTime) {
    if (requestedBy === null) continue;
    const { userId, email, locale } = requestedBy;
    const key = JSON.stringify([teamId, userId]);
    const before = told.get(key);
    told.set(key, {
      team_id: teamId,
      user_id: userId,
      email: email ?? before?.email ?? null,
      locale: locale ?? before?.locale ?? null,
      learned_at: occurredAt,
    });
  }
  return [...told.values()];
}

// Both functions write in the order of the keys, so that two groups about the same users can't deadlock.
async function learnTeams(tx: EntityManager, told: readonly ToldOfTeam[]): Promise<void> {
  await tx.query(
    `INSERT INTO notify.teams (team_id, locale, learned_at)
     SELECT team_id, locale, learned_at
     FROM jsonb_to_recordset($1) AS told (team_id text, locale text, learned_at timestamptz)
     WHERE NOT EXISTS (SELECT FROM notify.teams known WHERE known.team_id = told.team_id AND known.locale = told.locale)
     ORDER BY team_id
     ON CONFLICT (team_id) DO UPDATE SET locale = excluded.locale, learned_at = excluded.learned_at
     WHERE teams.learned_at <= excluded.learned_at`,
    [JSON.stringify(told)],
  );
}

async function learnUsers(tx: EntityManager, told: readonly ToldOfUser[]): Promise<void> {
  await tx.query(
    `INSERT INTO notify.contacts (team_id, user_id, email, locale, learned_at)
     SELECT team_id, user_id, email, locale, learned_at
     FROM jsonb_to_recordset($1) AS told (team_id text, user_id text, email text, locale text, learned_at timestamptz)
     WHERE NOT EXISTS (SELECT FROM notify.contacts known WHERE known.team_id = told.team_id AND known.user_id = told.user_id
                       AND known.seen_at > now() - ${NOTED_AGAIN_AFTER}
                       AND known.email IS NOT DISTINCT FROM coalesce(told.email, known.email)
                       AND known.locale IS NOT DISTINCT FROM coalesce(told.locale, known.locale))
     ORDER BY team_id, user_id
     ON CONFLICT (team_id, user_id) DO UPDATE
     SET email = coalesce(excluded.email, contacts.email), locale = coalesce(excluded.locale, contacts.locale),
         learned_at = excluded.learned_at, seen_at = now()
     WHERE contacts.learned_at <= excluded.learned_at`,
    [JSON.stringify(told)],
  );
}
