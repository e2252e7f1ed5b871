import { type WebhookEventType, type WebhookOffReason } from '@billing-mail/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A receiver that a team has named. */
@Entity('webhooks')
export class WebhookEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhooks_pk' })
  id: string;

  @Index('webhooks_of_team')
  @Column('text', { name: 'team_id' })
  teamId: string;

  @Column('text')
  url: string;

  /** `null`: all. */
  @Column('text', { array: true, nullable: true })
  types: WebhookEventType[] | null;

  /** Admins who have worked on it: who hears when it is switched off. */
  @Column('text', { array: true })
  admins: string[];

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  /** Since when no try has succeeded. */
  @Column('timestamptz', { name: 'failing_since', nullable: true })
  failingSince: Date | null;

  /** It takes its time to say yes. */
  @Column('boolean', { default: false })
  slow: boolean;

  @Column('timestamptz', { name: 'off_at', nullable: true })
  offAt: Date | null;

  @Column('text', { name: 'off_reason', nullable: true })
  offReason: WebhookOffReason | null;
}
