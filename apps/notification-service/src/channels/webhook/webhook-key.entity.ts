import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { WebhookEntity } from './webhook.entity.js';

/** Keys that sign a webhook's requests: the present ones, and those before until their time is over. */
@Entity('webhook_keys')
export class WebhookKeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_keys_pk' })
  id: string;

  @Index('webhook_keys_of_webhook')
  @Column('uuid', { name: 'webhook_id' })
  webhookId: string;

  @Column('text', { name: 'public_key' })
  publicKey: string;

  /** Secret and seed as text of the credential box. */
  @Column('text')
  sealed: string;

  @Column('timestamptz', { name: 'ends_at', nullable: true })
  endsAt: Date | null;

  @ManyToOne(() => WebhookEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'webhook_id', foreignKeyConstraintName: 'webhook_keys_webhook' })
  webhook: Relation<WebhookEntity>;
}
