import { type NotificationType, type Severity } from '@billing-mail/contracts';
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { type AlertParams } from './alert-table.js';

/** Something that somebody is told. Facts only: the words are made in the reader's language when it is read. */
@Entity('notifications')
@Index('notifications_of_user', ['userId', 'position'])
@Index('notifications_of_user_in_team', ['userId', 'teamId', 'position'])
// Made by the migration: TypeORM does not know NULLS NOT DISTINCT.
@Index('notifications_open_group', { synchronize: false })
export class NotificationEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'notifications_pk' })
  id: string;

  @Column('text', { name: 'team_id' })
  teamId: string;

  /** `null`: everybody in the team. */
  @Column('text', { name: 'user_id', nullable: true })
  userId: string | null;

  @Column('text')
  type: NotificationType;

  @Column('text')
  severity: Severity;

  /** Of the latest document. */
  @Column('jsonb')
  params: AlertParams;

  @Column('text', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  @Column('text', { name: 'document_id', nullable: true })
  documentId: string | null;

  /** While set, the same trouble is counted here; `null` when it is closed. */
  @Column('text', { name: 'open_group', nullable: true })
  openGroup: string | null;

  @Column('integer', { default: 1 })
  count: number;

  /** Place in the stream, moved to the end whenever it is counted up; `null` only inside the transaction that makes it. */
  @Index('notifications_position', { unique: true })
  @Column('bigint', { nullable: true })
  position: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;
}
