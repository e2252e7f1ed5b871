import { type WebhookTrouble } from '@billing-mail/contracts';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { WebhookMessageEntity } from './webhook-message.entity.js';

/** What a try came to, as the log shows it. */
@Entity('webhook_tries')
export class WebhookTryEntity {
  @PrimaryColumn('uuid', { name: 'message_id', primaryKeyConstraintName: 'webhook_tries_pk' })
  messageId: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'webhook_tries_pk' })
  number: number;

  @Column('timestamptz')
  at: Date;

  @Column('integer', { name: 'duration_ms' })
  durationMs: number;

  @Column('integer', { nullable: true })
  status: number | null;

  @Column('text', { nullable: true })
  trouble: WebhookTrouble | null;

  @Column('text', { nullable: true })
  answer: string | null;

  @ManyToOne(() => WebhookMessageEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'message_id', foreignKeyConstraintName: 'webhook_tries_message' })
  message: Relation<WebhookMessageEntity>;
}
