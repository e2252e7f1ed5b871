import { Injectable } from '@nestjs/common';
import { type SettingsChange, type SettingsChangeRecord, type TeamMailSettings } from '@billing-mail/contracts';
import { DataSource, LessThan } from 'typeorm';
import { EmailDeliveryChangeEntity } from './email-delivery-change.entity.js';
import { EmailDeliveryEntity } from './email-delivery.entity.js';

/** All SQL of the settings and their history. */
@Injectable()
export class EmailDeliveryStore {
  constructor(private readonly source: DataSource) {}

  async find(teamId: string): Promise<TeamMailSettings | null> {
    const row = await this.source.manager.findOneBy(EmailDeliveryEntity, { teamId });
    return row === null ? null : { ...row, updatedAt: row.updatedAt.toISOString() };
  }

  /**
   * Writes `next` in place of version `next.version - 1` (0 is none yet), with its line in the history. `false` when somebody else
   * was faster: then nothing is written.
   */
  replace(next: TeamMailSettings, changes: SettingsChange[]): Promise<boolean> {
    const row = { ...next, updatedAt: new Date(next.updatedAt) };
    return this.source.transaction(async (manager) => {
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
      if ((written.raw as unknown[]).length === 0) return false;
      await manager.insert(EmailDeliveryChangeEntity, {
        teamId: next.teamId,
        version: next.version,
        changedAt: row.updatedAt,
        changedBy: next.updatedBy,
        changes,
      });
      return true;
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
