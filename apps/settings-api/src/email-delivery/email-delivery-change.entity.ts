import { type SettingsChange } from '@billing-mail/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type MadeChange } from './describe-changes.js';

/** What one version of the settings changed, who made it, and when. Rows are never updated. The history is read from `shown` alone. */
@Entity({ name: 'team_email_delivery_change' })
export class EmailDeliveryChangeEntity {
  @PrimaryColumn({ name: 'team_id', type: 'text' })
  teamId: string;

  @PrimaryColumn({ name: 'version', type: 'integer' })
  version: number;

  @Column({ name: 'changed_at', type: 'timestamptz' })
  changedAt: Date;

  @Column({ name: 'changed_by', type: 'text' })
  changedBy: string;

  @Column({ name: 'changes', type: 'jsonb' })
  changes: MadeChange[];

  /** The changes with the first few entries of their lists; PostgreSQL writes this column. */
  @Column({ name: 'shown', type: 'jsonb', insert: false, update: false, select: false })
  shown: SettingsChange[];
}
