import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { NotificationEntity } from './notification.entity.js';

/**
 * Up to which place in the stream a user has read a notification. One that was counted up since stands at a later place and so
 * is unread again, also when reading and counting happen at the same moment.
 */
@Entity('notification_reads')
export class NotificationReadEntity {
  @PrimaryColumn('uuid', { name: 'notification_id', primaryKeyConstraintName: 'notification_reads_pk' })
  notificationId: string;

  @PrimaryColumn('text', { name: 'user_id', primaryKeyConstraintName: 'notification_reads_pk' })
  userId: string;

  @Column('bigint', { name: 'read_position' })
  readPosition: string;

  @Column('timestamptz', { name: 'read_at', default: () => 'now()' })
  readAt: Date;

  @ManyToOne(() => NotificationEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'notification_id', foreignKeyConstraintName: 'notification_reads_notification' })
  notification: Relation<NotificationEntity>;
}
