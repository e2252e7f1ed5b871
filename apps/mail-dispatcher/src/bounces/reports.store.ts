// Records reports and what follows from them in one transaction, under the lock on the delivery.
import { Injectable } from '@nestjs/common';
import { type DocumentReference } from '@billing-mail/contracts';
import { bareMessageId, isSettled } from '@billing-mail/mail-core';
import { carriedTrace, Sql } from '@billing-mail/platform';
import { v7 as uuidv7 } from 'uuid';
import { addToOutbox } from '../records/outbox.store.js';
import { settleDeliveries } from '../records/settle-statement.js';
import { lockDelivery, type LockedDelivery } from '../settling/settlement.store.js';
import { type Bounced, decideBounced, mayStillBounce, newlyBounced, toBouncedEvent } from './bounce-effects.js';
import { BouncedAddressesStore } from './bounced-addresses.store.js';
import { type Finding, type ReportedRecipient } from './findings.js';

export type ReportedDelivery = { recipients: ReportedRecipient[]; messageIds: string[] };

/** `status` is that of the delivery after the report. */
export type Written = { delivery: { id: string; teamId: string; document: DocumentReference }; status: string };
export type Recorded = { kind: 'unknown' } | { kind: 'known' } | ({ kind: 'taken' } & Written);

/** How many deliveries `applyOpen` handles in one call; each takes a transaction of its own. */
const APPLIED_ONCE = 100;

/**
 * Once this many findings of a delivery name none of its recipients, no more such findings are recorded: anybody who got the mail can write
 * to its return path.
 */
const MOST_UNMATCHED = 100;

const COLUMNS = `position, kind, class, permanent, status, address, diagnostic, reporter, retry_until AS "retryUntil"`;

@Injectable()
export class ReportsStore {
  constructor(
    private readonly sql: Sql,
    private readonly bouncedAddresses: BouncedAddressesStore,
  ) {}

  /** Returns the recipients of a delivery and all Message-IDs by which reports may name it; `null` if it does not exist. */
  async reportedDelivery(deliveryId: string): Promise<ReportedDelivery | null> {
    const [row] = await this.sql.prepared<{
      messageIds: Record<string, string>;
      aliases: string[];
      recipients: ReportedRecipient[];
    }>(
      `SELECT d.message_ids AS "messageIds",
         ARRAY(SELECT m.alias FROM dispatch.message_aliases m WHERE m.delivery_id = d.id) AS aliases,
         (SELECT json_agg(json_build_object('position', r.position, 'address', r.address) ORDER BY r.position)
          FROM dispatch.recipients r WHERE r.delivery_id = d.id) AS recipients
       FROM dispatch.deliveries d WHERE d.id = $1`,
      [deliveryId],
    );
    if (row === undefined) return null;
    return { recipients: row.recipients, messageIds: [...Object.values(row.messageIds).map(bareMessageId), ...row.aliases] };
  }

  /** Records each finding once, however often it is reported. */
  async record(deliveryId: string, findings: readonly Finding[]): Promise<Recorded> {
    return this.sql.transaction(async (sql) => {
      const now = await lockDelivery(sql, deliveryId);
      if (now === null) return { kind: 'unknown' };
      const fresh = await insert(sql, now, findings);
      return fresh.length === 0 ? { kind: 'known' } : { kind: 'taken', ...(await this.apply(sql, now, fresh)) };
    });
  }

  /** Applies the reports that arrived before their delivery was settled. */
  async applyOpen(): Promise<Written[]> {
    const due = await this.sql.rows<{ id: string }>(
      `SELECT DISTINCT d.id FROM dispatch.reports r JOIN dispatch.deliveries d ON d.id = r.delivery_id
       WHERE r.applied_at IS NULL AND d.settled_at IS NOT NULL LIMIT ${APPLIED_ONCE}`,
    );
    const written: Written[] = [];
    for (const { id } of due) {
      written.push(
        ...(await this.sql.transaction(async (sql) => {
          const now = await lockDelivery(sql, id);
          const open = await sql.rows<Finding>(
            `SELECT ${COLUMNS} FROM dispatch.reports WHERE delivery_id = $1 AND applied_at IS NULL ORDER BY id`,
            [id],
          );
          if (now === null || open.length === 0) return [];
          await sql.affected('UPDATE dispatch.reports SET applied_at = now() WHERE delivery_id = $1 AND applied_at IS NULL', [id]);
          return [await this.apply(sql, now, open)];
        })),
      );
    }
    return written;
  }

  /** Whether any report still waits for its delivery to be settled. */
  async hasOpen(): Promise<boolean> {
    return (await this.sql.rows('SELECT FROM dispatch.reports WHERE applied_at IS NULL LIMIT 1')).length > 0;
  }

  private async apply(sql: Sql, now: LockedDelivery, findings: readonly Finding[]): Promise<Written> {
    const { id, teamId, document } = now;
    const written: Written = { delivery: { id, teamId, document }, status: now.status };
    const of = (position: number | null) => now.recipients.filter((recipient) => recipient.position === position);
    const arrived = findings.filter(({ kind }) => kind === 'delivered' || kind === 'complaint').flatMap(({ position }) => of(position));
    if (arrived.length > 0) await this.bouncedAddresses.forget(sql, teamId, addressesOf(arrived));
    for (const { position, diagnostic } of findings.filter(({ kind }) => kind === 'complaint')) {
      const about = of(position).map((recipient) => ({ recipient, class: null, reply: diagnostic }));
      await addToOutbox(sql, toBouncedEvent(now, 'complaint', about));
    }
    // The states of recipients are final only once the delivery is settled, so bounces wait until then.
    if (!isSettled(now.status)) return written;
    const bounced = newlyBounced(now, findings);
    const unknown = findings.find(({ kind, position }) => kind === 'bounced' && position === null);
    // Not if every recipient that could bounce is known to have bounced: then the report can concern nobody else.
    if (unknown !== undefined && bounced.length < now.recipients.filter(mayStillBounce).length)
      await addToOutbox(sql, toBouncedEvent(now, 'bounced', [], unknown));
    return this.applyBounced(sql, now, bounced, written);
  }

  private async applyBounced(sql: Sql, now: LockedDelivery, bounced: readonly Bounced[], written: Written): Promise<Written> {
    if (bounced.length === 0) return written;
    const decision = decideBounced(now, bounced);
    const status = decision.next?.status ?? now.status;
    const untold = await this.bouncedAddresses.remember(sql, now, bounced);
    const after = { ...now, status, recipients: decision.after };
    const about = untold.map(({ recipient, finding }) => ({ recipient, class: finding.class, reply: finding.diagnostic }));
    const outcome = about.length === 0 ? null : { ...carriedTrace(), ...toBouncedEvent(after, 'bounced', about) };
    await settleDeliveries(sql, [{ id: now.id, held: null, ...decision, outcome }]);
    return { ...written, status };
  }
}

const addressesOf = (recipients: readonly { address: string }[]): string[] => recipients.map(({ address }) => address.toLowerCase());

/**
 * Inserts findings and returns those that are new. Only bounces have to wait until the delivery is settled, so all others count as applied.
 */
async function insert(sql: Sql, { id, status }: LockedDelivery, findings: readonly Finding[]): Promise<Finding[]> {
  const rows = findings.map((finding) => ({ ...finding, id: uuidv7() }));
  return sql.prepared<Finding>(
    `INSERT INTO dispatch.reports (id, delivery_id, position, kind, class, permanent, status, address, diagnostic, reporter, retry_until, applied_at)
     SELECT f.id, $1, f.position, f.kind, f.class, f.permanent, f.status, f.address, f.diagnostic, f.reporter, f."retryUntil",
       CASE WHEN $3 OR f.kind <> 'bounced' THEN now() END
     FROM json_to_recordset($2::json) AS f (id uuid, position int, kind text, class text, permanent boolean, status text, address text,
       diagnostic text, reporter text, "retryUntil" timestamptz)
     WHERE f.position IS NOT NULL
       OR (SELECT count(*) FROM dispatch.reports u WHERE u.delivery_id = $1 AND u.position IS NULL) < ${MOST_UNMATCHED}
     ON CONFLICT (delivery_id, coalesce(position::text, '@' || lower(address), ''), kind, coalesce(class, '')) DO NOTHING
     RETURNING ${COLUMNS}`,
    [id, JSON.stringify(rows), isSettled(status)],
  );
}
