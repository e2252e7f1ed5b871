import { Column, Entity, Index, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { NotificationEntity } from '../../alerts/notification.entity.js';

/**
 * `unwanted`: no address is known, or the user wants no e-mail. `gave_up`: the server refused it for too long. `uncertain`: nobody
 * knows whether the server took it, and it is not sent again.
 */
export type EmailStatus = 'waiting' | 'sent' | 'unwanted' | 'no_such_address' | 'gave_up' | 'uncertain';

/** The e-mail about a notification: one row each, so that there can never be more than one under way. */
@Entity('email_outbox')
@Index('email_outbox_waiting', ['dueAt'], { where: `status = 'waiting'` })
export class EmailOutboxEntity {
  @PrimaryColumn('uuid', { name: 'notification_id', primaryKeyConstraintName: 'email_outbox_pk' })
  notificationId: string;

  @Column('text')
  status: EmailStatus;

  /** Documents that the user is to hear of, and those that the last e-mail spoke of. */
  @Column('integer', { name: 'wanted_count' })
  wantedCount: number;

  @Column('integer', { name: 'mailed_count', default: 0 })
  mailedCount: number;

  @Column('timestamptz', { name: 'due_at' })
  dueAt: Date;

  @Column('uuid', { name: 'claim_id', nullable: true })
  claimId: string | null;

  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil: Date | null;

  @Column('integer', { default: 0 })
  attempts: number;

  /** Times that the end of data was let go since the last answer, and the date of the e-mail that it belongs to. */
  @Column('integer', { default: 0 })
  doubts: number;

  @Column('timestamptz', { name: 'released_at', nullable: true })
  releasedAt: Date | null;

  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError: string | null;

  @Column('timestamptz', { name: 'mailed_at', nullable: true })
  mailedAt: Date | null;

  /** Was held back by the limit of an hour, or because the user wants e-mails together: goes out together with all others of the user that were. */
  @Column('boolean', { name: 'in_digest', default: false })
  inDigest: boolean;

  @OneToOne(() => NotificationEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'notification_id', foreignKeyConstraintName: 'email_outbox_notification' })
  notification: Relation<NotificationEntity>;
}
