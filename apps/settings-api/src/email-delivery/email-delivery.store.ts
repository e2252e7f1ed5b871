import { Injectable } from '@nestjs/common';
import {
  type ConnectionOfSettings,
  type CertificatesEndingRequest,
  type EndingCertificate,
  type SettingsChangeRecord,
  type ServerTrust,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import { type Dated, Sql } from '@billing-mail/platform';
import { DataSource } from 'typeorm';
import { MailConnectionsStore, summaryOf } from '../mail-connections/mail-connections.store.js';
import { certificatesOf } from '../smtp-account/read-server-trust.js';
import { type MadeChange } from './describe-changes.js';
import { EmailDeliveryChangeEntity } from './email-delivery-change.entity.js';
import { EmailDeliveryEntity } from './email-delivery.entity.js';
import { type SenderName, senderNames } from './sender-names.js';
import { keepNames, takenByOthers } from './team-names.store.js';

/** Names that a new version adds. If they are vouched for, they may equal names of other teams. */
export type NewNames = { names: readonly SenderName[]; isVouchedFor: boolean };
export type Replaced = 'written' | 'outdated' | { taken: SenderName[] };

const NAME_POINTERS = new Set(['/companyName', '/smtp/fromName']);

/** Stores the settings of teams and their history. */
@Injectable()
export class EmailDeliveryStore {
  constructor(
    private readonly source: DataSource,
    private readonly sql: Sql,
    private readonly connections: MailConnectionsStore,
  ) {}

  async find(teamId: string): Promise<TeamMailSettings | null> {
    const row = await this.source.manager.findOneBy(EmailDeliveryEntity, { teamId });
    if (row === null) return null;
    const smtp =
      row.smtp?.auth.type === 'oauth2'
        ? { ...row.smtp, auth: { ...row.smtp.auth, connection: await this.connectionOf(teamId) } }
        : row.smtp;
    return { ...row, smtp, updatedAt: row.updatedAt.toISOString() };
  }

  /**
   * Replaces version `next.version - 1` (0: nothing stored) with `next` and records the change. Writes nothing if another request was
   * faster, or if a new name belongs to another team and nobody vouches for it.
   */
  replace(next: TeamMailSettings, changes: MadeChange[], { names, isVouchedFor }: NewNames): Promise<Replaced> {
    const row = { ...next, smtp: withoutConnection(next.smtp), updatedAt: new Date(next.updatedAt) };
    return this.source.transaction(async (manager) => {
      const taken = names.length === 0 ? [] : await takenByOthers(manager, next.teamId, names);
      if (taken.length > 0 && !isVouchedFor) return { taken };
      const written =
        next.version === 1
          ? await manager.createQueryBuilder().insert().into(EmailDeliveryEntity).values(row).orIgnore().returning('version').execute()
          : await manager
              .createQueryBuilder()
              .update(EmailDeliveryEntity)
              .set(row)
              .where({ teamId: next.teamId, version: next.version - 1 })
              .returning('version')
              .execute();
      if ((written.raw as unknown[]).length === 0) return 'outdated';
      if (changes.some(({ pointer }) => NAME_POINTERS.has(pointer))) await keepNames(manager, next.teamId, senderNames(next));
      await manager.insert(EmailDeliveryChangeEntity, {
        teamId: next.teamId,
        version: next.version,
        changedAt: row.updatedAt,
        changedBy: next.updatedBy,
        changes: vouchedFor(changes, taken),
      });
      return 'written';
    });
  }

  /** Returns the connected mailbox of the team. It is stored separately, so saving the settings neither connects nor disconnects it. */
  async connectionOf(teamId: string): Promise<ConnectionOfSettings | null> {
    const connection = await this.connections.find(teamId);
    return connection && summaryOf(connection);
  }

  /** Makes a new version of the settings for a change of the connection, if they use it; returns `null` if they do not. */
  noteConnection(teamId: string, userId: string, changes: MadeChange[]): Promise<number | null> {
    return this.sql.transaction(async (sql) => {
      const [row] = await sql.rows<{ version: number }>(
        `UPDATE settings.team_email_delivery SET version = version + 1, updated_at = now(), updated_by = $2
         WHERE team_id = $1 AND smtp #>> '{auth,type}' = 'oauth2' RETURNING version`,
        [teamId, userId],
      );
      if (row === undefined) return null;
      await sql.affected(
        'INSERT INTO settings.team_email_delivery_change (team_id, version, changed_at, changed_by, changes) VALUES ($1, $2, now(), $3, $4)',
        [teamId, row.version, userId, JSON.stringify(changes)],
      );
      return row.version;
    });
  }

  /** Returns the certificates that expire between the two times, of teams that send by their own server. */
  async certificatesEnding(request: CertificatesEndingRequest): Promise<EndingCertificate[]> {
    const ending = [...(await this.signaturesEnding(request)), ...(await this.trustEnding(request))];
    return ending.filter(({ use = 'signature' }) => request.uses.includes(use));
  }

  /**
   * Returns the expiring certificates by which a team's server is trusted or that are shown to it. Reads all of them, because few teams
   * have any, and only the certificate itself says when it expires.
   */
  private async trustEnding({ after, before }: CertificatesEndingRequest): Promise<EndingCertificate[]> {
    const rows = await this.sql.rows<Pick<EndingCertificate, 'teamId' | 'notifyUserIds' | 'locale'> & { tls: ServerTrust }>(
      `SELECT team_id AS "teamId", notify_user_ids AS "notifyUserIds", locale, smtp -> 'tls' AS tls
       FROM settings.team_email_delivery WHERE sender = 'custom' AND smtp ? 'tls' ORDER BY team_id`,
    );
    const [from, to] = [Date.parse(after), Date.parse(before)];
    return rows.flatMap(({ tls, ...team }) =>
      certificatesOf(tls)
        .filter(({ validTo }) => Date.parse(validTo) >= from && Date.parse(validTo) <= to)
        .map(({ use, subject, validTo }) => ({ ...team, use, subject, validTo, addresses: [] })),
    );
  }

  private signaturesEnding({ after, before }: CertificatesEndingRequest): Promise<EndingCertificate[]> {
    return this.sql.rows<EndingCertificate>(
      `SELECT team_id AS "teamId", 'signature' AS use, certificate -> 'addresses' AS addresses, certificate ->> 'validTo' AS "validTo",
         notify_user_ids AS "notifyUserIds", locale
       FROM settings.team_email_delivery
       WHERE sender = 'custom' AND (certificate ->> 'validTo')::timestamptz BETWEEN $1 AND $2 ORDER BY team_id`,
      [after, before],
    );
  }

  /** Returns the changes of a team that are older than version `before`, newest first. Fewer than requested if they are large. */
  async history(teamId: string, options: { before: number | null; limit: number }): Promise<HistoryPage> {
    const rows = await this.sql.rows<Dated<SettingsChangeRecord, 'changedAt'> & { found: number }>(HISTORY_PAGE, [
      teamId,
      options.before,
      options.limit,
      PAGE_BYTES,
    ]);
    return {
      items: rows.map(({ found: _found, changedAt, ...record }) => ({ ...record, changedAt: changedAt.toISOString() })),
      isMore: (rows[0]?.found ?? 0) > rows.length,
    };
  }
}

/** Removes the connection, which is stored in a table of its own. */
const withoutConnection = (smtp: TeamMailSettings['smtp']): TeamMailSettings['smtp'] =>
  smtp?.auth.type === 'oauth2' ? ({ ...smtp, auth: { type: 'oauth2' } } as TeamMailSettings['smtp']) : smtp;

/** Returns the same changes, with a mark on the names that a user would not be allowed to set. */
export const vouchedFor = (changes: MadeChange[], names: readonly SenderName[]): MadeChange[] =>
  changes.map((change) =>
    'to' in change && names.some(({ pointer }) => pointer === change.pointer) ? { ...change, vouchedFor: true } : change,
  );

/** `isMore`: there are older changes. */
export type HistoryPage = { items: SettingsChangeRecord[]; isMore: boolean };

/** Limit for the changes on one page, as text. The first change is always shown; it has some kilobytes at most. */
export const PAGE_BYTES = 256 * 1024;

// Reads only `shown` of each change, never its lists. One more than requested shows whether there are more.
export const HISTORY_PAGE = `
  SELECT version, "changedAt", "changedBy", changes, found FROM (
    SELECT *, row_number() OVER newest AS place, sum(octet_length(changes::text)) OVER newest AS bytes, (count(*) OVER ())::int AS found
    FROM (
      SELECT version, changed_at AS "changedAt", changed_by AS "changedBy", shown AS changes
      FROM settings.team_email_delivery_change WHERE team_id = $1 AND version < coalesce($2::int, 2147483647)
      ORDER BY version DESC LIMIT $3::int + 1) newest_ones
    WINDOW newest AS (ORDER BY version DESC)) counted
  WHERE place <= $3 AND (bytes <= $4 OR place = 1)
  ORDER BY version DESC`;
