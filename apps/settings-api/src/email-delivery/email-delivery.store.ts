import { Injectable } from '@nestjs/common';
import { type SettingsChange, type SettingsChangeRecord, type TeamMailSettings } from '@billing-mail/contracts';
import { DataSource, LessThan } from 'typeorm';
import { EmailDeliveryChangeEntity } from './email-delivery-change.entity.js';
import { EmailDeliveryEntity } from './email-delivery.entity.js';
import { type SenderName, senderNames } from './sender-names.js';
import { keepNames, takenByOthers } from './team-names.store.js';

/** Names of a new version that the one before did not have; vouched for, they may be anybody's. */
export type NewNames = { names: readonly SenderName[]; isVouchedFor: boolean };
export type Replaced = 'written' | 'outdated' | { taken: SenderName[] };

const NAME_POINTERS = new Set(['/companyName', '/smtp/fromName']);

/** All SQL of the settings and their history. */
@Injectable()
export class EmailDeliveryStore {
  constructor(private readonly source: DataSource) {}

  async find(teamId: string): Promise<TeamMailSettings | null> {
    const row = await this.source.manager.findOneBy(EmailDeliveryEntity, { teamId });
    return row === null ? null : { ...row, updatedAt: row.updatedAt.toISOString() };
  }

  /**
   * Writes `next` in place of version `next.version - 1` (0 is none yet), with its line in the history. Nothing is written when somebody
   * else was faster, or when a new name is another team's and nobody vouches for it.
   */
  replace(next: TeamMailSettings, changes: SettingsChange[], { names, isVouchedFor }: NewNames): Promise<Replaced> {
    const row = { ...next, updatedAt: new Date(next.updatedAt) };
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

  /** The changes of a team, newest first, beginning below version `before`. */
  async history(teamId: string, options: { before: number | null; limit: number }): Promise<SettingsChangeRecord[]> {
    const rows = await this.source.manager.find(EmailDeliveryChangeEntity, {
      where: { teamId, ...(options.before === null ? {} : { version: LessThan(options.before) }) },
      order: { version: 'DESC' },
      take: options.limit,
    });
    return rows.map(({ version, changedAt, changedBy, changes }) => ({
      version,
      changedAt: changedAt.toISOString(),
      changedBy,
      changes,
    }));
  }
}

/** The same changes, with a mark on those that a user might not have made. */
export const vouchedFor = (changes: SettingsChange[], names: readonly SenderName[]): SettingsChange[] =>
  changes.map((change) =>
    'to' in change && names.some(({ pointer }) => pointer === change.pointer) ? { ...change, vouchedFor: true } : change,
  );
