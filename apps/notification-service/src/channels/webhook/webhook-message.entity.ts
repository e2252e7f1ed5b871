import { type WebhookMessageStatus } from '@billing-mail/contracts';
import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, Unique } from 'typeorm';
import { type WebhookContent } from './webhook-payload.js';
import { WebhookEntity } from './webhook.entity.js';

/** An event on its way to a webhook: one row each, however often the event comes. */
@Entity('webhook_messages')
@Unique('webhook_messages_once', ['webhookId', 'eventId'])
@Index('webhook_messages_waiting', ['webhookId', 'dueAt'], { where: `status = 'waiting'` })
@Index('webhook_messages_log', ['webhookId', 'occurredAt', 'id'])
export class WebhookMessageEntity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'webhook_messages_pk' })
  id: string;

  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @Column('uuid', { name: 'event_id' })
  eventId: string;

  @Column('text', { name: 'team_id' })
  teamId: string;

  @Column('text')
  type: WebhookContent['type'];

  @Column('text', { name: 'delivery_id', nullable: true })
  deliveryId: string | null;

  @Column('text', { name: 'document_number', nullable: true })
  documentNumber: string | null;

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt: Date;

  /** As it goes out, byte for byte. */
  @Column('text')
  body: string;

  @Column('text')
  status: WebhookMessageStatus;

  /** Tries of the present run through the schedule that have failed, and all that there were. */
  @Column('integer', { default: 0 })
  failed: number;

  @Column('integer', { default: 0 })
  tries: number;

  @Column('timestamptz', { name: 'due_at', default: () => 'now()' })
  dueAt: Date;

  @Column('uuid', { name: 'claim_id', nullable: true })
  claimId: string | null;

  @Column('timestamptz', { name: 'leased_until', nullable: true })
  leasedUntil: Date | null;

  @ManyToOne(() => WebhookEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_messages_webhook' })
  webhook: Relation<WebhookEntity>;
}
