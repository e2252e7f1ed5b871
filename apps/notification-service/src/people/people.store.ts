import { Injectable } from '@nestjs/common';
import { type Person, type PersonInput, type TeamPerson } from '@billing-mail/contracts';
import { DataSource } from 'typeorm';

/** People as reported by the application that they sign in to. */
@Injectable()
export class PeopleStore {
  constructor(private readonly database: DataSource) {}

  async replace(id: string, { name, email, teams }: PersonInput): Promise<Person> {
    await this.database.query(
      `INSERT INTO notify.people (user_id, name, email, teams) VALUES ($1, $2, $3, $4)
       ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, email = excluded.email, teams = excluded.teams, updated_at = now()`,
      [id, name, email, teams === undefined ? null : JSON.stringify(teams)],
    );
    return { id, name, email, teams: teams ?? null };
  }

  /** Also removes the teams known from tokens and documents, so that a person who has left is told nothing more about them. */
  async remove(id: string): Promise<void> {
    await this.database.query(
      `WITH left_teams AS (DELETE FROM notify.contacts WHERE user_id = $1)
       DELETE FROM notify.people WHERE user_id = $1`,
      [id],
    );
  }

  /** Returns the people of a team, ordered by id, beginning after `after`. */
  ofTeam(teamId: string, { after, limit }: { after: string | null; limit: number }): Promise<TeamPerson[]> {
    return this.database.query<TeamPerson[]>(
      `SELECT id, name, role FROM (
         SELECT user_id AS id, name, teams ->> $1 AS role FROM notify.people WHERE teams ? $1
         UNION ALL
         SELECT p.user_id, p.name, NULL FROM notify.contacts c JOIN notify.people p ON p.user_id = c.user_id
         WHERE c.team_id = $1 AND p.teams IS NULL) of_team
       WHERE $2::text IS NULL OR id > $2 ORDER BY id LIMIT $3`,
      [teamId, after, limit],
    );
  }
}

/**
 * Returns SQL that joins what is known of the user `u` in the team `t` (both SQL expressions) as `known`: the address that is vouched for,
 * and whether the user is a member. The surrounding query must have joined the row of `contacts` for both as `c`. The directory takes
 * precedence over tokens and documents.
 */
export const knownInTeam = (u: string, t: string): string => `
  LEFT JOIN notify.people d ON d.user_id = ${u}
  CROSS JOIN LATERAL (
    SELECT coalesce(d.email, c.email) AS email,
           CASE WHEN d.teams IS NULL THEN c.user_id IS NOT NULL ELSE coalesce(d.teams ->> ${t}, 'former') <> 'former' END AS "isMember") known`;
