// Addresses from which documents of a team came back for good. They are remembered for thirty days. Which of them a series was already
// alerted about is remembered for longer.
import { Injectable } from '@nestjs/common';
import { type BouncedAddressView } from '@billing-mail/contracts';
import { type Dated, Sql } from '@billing-mail/platform';
import { type DeliveryState } from '../records/rows.js';
import { BOUNCES_REMEMBERED as REMEMBERED } from '../records/bounces-remembered.js';
import { type Bounced } from './bounce-effects.js';

/**
 * "Accepted" is not "arrived": the message that bounced was accepted too. After this time without a report, an accepted message counts as
 * arrived: servers report refusals within minutes, and delays within hours.
 */
const QUIET = `interval '1 day'`;
/** Even a series that runs for years has a document due at least this often. */
const SERIES_REMEMBERED = `interval '400 days'`;

/** Records dead addresses, and returns those about which this series was alerted before. */
const REMEMBER = `
  WITH dead AS MATERIALIZED (
    SELECT * FROM json_to_recordset($1::json) AS a (address text, class text, status text, diagnostic text)
  ),
  told AS MATERIALIZED (
    SELECT address FROM dispatch.bounced_addresses WHERE team_id = $2 AND address IN (SELECT address FROM dead) AND $4::text = ANY (told_series)
  ),
  remembered AS (
    INSERT INTO dispatch.bounced_addresses AS known (team_id, address, class, status, diagnostic, delivery_id, told_series)
    SELECT $2, address, class, status, diagnostic, $3::uuid, array_remove(ARRAY[$4::text], NULL) FROM dead ORDER BY address
    ON CONFLICT (team_id, address) DO UPDATE SET class = excluded.class, status = excluded.status, diagnostic = excluded.diagnostic,
      delivery_id = excluded.delivery_id, bounced_at = now(),
      told_series = CASE WHEN known.told_series @> excluded.told_series THEN known.told_series ELSE known.told_series || excluded.told_series END
  )
  SELECT address FROM told`;

export type BouncedAddress = Omit<BouncedAddressView, 'explanation'>;
type Row = Dated<BouncedAddress, 'bouncedAt' | 'until'>;

export type DeadAddress = { teamId: string; address: string };

@Injectable()
export class BouncedAddressesStore {
  private tell: (dead: DeadAddress) => void = () => undefined;

  constructor(private readonly sql: Sql) {}

  /** Sets the function that is called with each address that this process records. */
  onRemembered(tell: (dead: DeadAddress) => void): void {
    this.tell = tell;
  }

  /** Returns the addresses recorded since `time`, or all of them if it is `null`; `until` is when the latest of them bounced. */
  async since(time: Date | null): Promise<{ dead: DeadAddress[]; until: Date }> {
    // Goes back a minute further, for transactions that began before that time and committed after it.
    const rows = await this.sql.rows<DeadAddress & { bouncedAt: Date }>(
      `SELECT team_id AS "teamId", address, bounced_at AS "bouncedAt" FROM dispatch.bounced_addresses
       WHERE bounced_at > greatest(now() - ${REMEMBERED}, $1::timestamptz - interval '1 minute')`,
      [time],
    );
    const latest = rows.reduce((most, { bouncedAt }) => (bouncedAt > most ? bouncedAt : most), time ?? new Date(0));
    return { dead: rows, until: latest };
  }

  /**
   * Returns those of the addresses that are dead and about which this series was not alerted yet, and marks it as alerted. Without a
   * series, returns all dead ones.
   */
  async untold(
    sql: Sql,
    teamId: string,
    addresses: readonly string[],
    series: string | null,
  ): Promise<Map<string, { class: string; diagnostic: string | null }>> {
    const rows = await sql.rows<{ address: string; class: string; diagnostic: string | null }>(
      `WITH dead AS (
         SELECT address, class, diagnostic FROM dispatch.bounced_addresses
         WHERE team_id = $1 AND address = ANY ($2::text[]) AND bounced_at > now() - ${REMEMBERED} AND ($3::text IS NULL OR $3 <> ALL (told_series))
         ORDER BY address FOR UPDATE
       ),
       told AS (
         UPDATE dispatch.bounced_addresses b SET told_series = b.told_series || $3::text FROM dead
         WHERE $3::text IS NOT NULL AND b.team_id = $1 AND b.address = dead.address
       )
       SELECT address, class, diagnostic FROM dead`,
      [teamId, addresses, series],
    );
    return new Map(rows.map(({ address, ...known }) => [address, known]));
  }

  /**
   * Records dead addresses. Returns the bounces to raise an alert about: all of them, except that for a recurring document only the first
   * one at each dead address counts.
   */
  async remember(sql: Sql, { id, teamId, document }: DeliveryState, bounced: readonly Bounced[]): Promise<Bounced[]> {
    const dead = new Map(
      bounced.filter(({ isDead }) => isDead).map(({ recipient, finding }) => [recipient.address.toLowerCase(), finding]),
    );
    if (dead.size === 0) return [...bounced];
    const rows = [...dead].map(([address, { class: of, status, diagnostic }]) => ({ address, class: of ?? 'other', status, diagnostic }));
    const told = await sql.prepared<{ address: string }>(REMEMBER, [
      JSON.stringify(rows),
      teamId,
      id,
      document.recurrence?.seriesId ?? null,
    ]);
    for (const address of dead.keys()) this.tell({ teamId, address });
    const isTold = new Set(told.map(({ address }) => address));
    return bounced.filter(({ recipient, isDead }) => !isDead || !isTold.has(recipient.address.toLowerCase()));
  }

  /** Forgets addresses at which a message has arrived. */
  async forget(sql: Sql, teamId: string, addresses: readonly string[]): Promise<void> {
    await sql.affected('DELETE FROM dispatch.bounced_addresses WHERE team_id = $1 AND address = ANY ($2::text[])', [teamId, addresses]);
  }

  /** Returns the addresses sorted, so that the pages of a list stay stable while addresses come and go. */
  async list(teamId: string, after: string | null, limit: number): Promise<BouncedAddress[]> {
    const rows = await this.sql.rows<Row>(
      `SELECT b.address, b.class, b.status, b.diagnostic, b.delivery_id AS "deliveryId", d.document, b.bounced_at AS "bouncedAt",
         b.bounced_at + ${REMEMBERED} AS until
       FROM dispatch.bounced_addresses b LEFT JOIN dispatch.deliveries d ON d.id = b.delivery_id
       WHERE b.team_id = $1 AND b.bounced_at > now() - ${REMEMBERED} AND ($2::text IS NULL OR b.address > $2) ORDER BY b.address LIMIT $3`,
      [teamId, after, limit],
    );
    return rows.map(({ bouncedAt, until, ...row }) => ({ ...row, bouncedAt: bouncedAt.toISOString(), until: until.toISOString() }));
  }

  /** Forgets one address, or all of the team. Returns how many. */
  async clear(teamId: string, address: string | null): Promise<number> {
    return this.sql.affected('DELETE FROM dispatch.bounced_addresses WHERE team_id = $1 AND ($2::text IS NULL OR address = $2)', [
      teamId,
      address?.toLowerCase() ?? null,
    ]);
  }

  /**
   * Forgets addresses at which a document has arrived since they bounced, and those that are too old to matter. Only deliveries by the
   * platform's route count: bounces of a team's own server go to the team. A delivery that was reported as delayed, or for which an unknown
   * recipient bounced, says nothing about the address.
   */
  async clearRecovered(): Promise<void> {
    await this.sql.affected(
      `DELETE FROM dispatch.bounced_addresses b WHERE b.bounced_at < now() - ${SERIES_REMEMBERED} OR EXISTS (
         SELECT FROM dispatch.recipients r JOIN dispatch.deliveries d ON d.id = r.delivery_id
         WHERE lower(r.address) = b.address AND d.team_id = b.team_id AND d.created_at > b.bounced_at
           AND r.status = 'accepted' AND r.route = 'platform' AND r.at < now() - ${QUIET}
           AND NOT EXISTS (SELECT FROM dispatch.reports p WHERE p.delivery_id = d.id AND p.kind IN ('bounced', 'delayed')
             AND (p.position = r.position OR p.position IS NULL)))`,
    );
  }
}
