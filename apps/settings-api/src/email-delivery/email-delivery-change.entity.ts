import { type SettingsChange } from '@billing-mail/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type MadeChange } from './describe-changes.js';

/** Who made a version out of the one before, when, and what they changed. Never changed itself. For what is shown of it see the store. */
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

  /** The same with the first few members of its lists, written by PostgreSQL. */
  @Column({ name: 'shown', type: 'jsonb', insert: false, update: false, select: false })
  shown: SettingsChange[];
}
