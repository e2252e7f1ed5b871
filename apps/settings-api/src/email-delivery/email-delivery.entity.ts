import { type Locale, type Mailbox, type TeamMailSettings } from '@billing-mail/contracts';
import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The current settings of a team. Lists and the server are stored as JSON, because they are always read and replaced as a whole. */
@Entity({ name: 'team_email_delivery' })
@Check('team_email_delivery_custom_has_server', `sender = 'platform' OR smtp IS NOT NULL`)
export class EmailDeliveryEntity {
  @PrimaryColumn({ name: 'team_id', type: 'text' })
  teamId: string;

  @Column({ name: 'version', type: 'integer' })
  version: number;

  @Column({ name: 'company_name', type: 'text' })
  companyName: string;

  @Column({ name: 'reply_to', type: 'text', nullable: true })
  replyTo: string | null;

  @Column({ name: 'locale', type: 'text' })
  locale: Locale;

  @Column({ name: 'cc', type: 'jsonb' })
  cc: Mailbox[];

  @Column({ name: 'bcc', type: 'jsonb' })
  bcc: Mailbox[];

  /** Additional copies of documents of some types. */
  @Column({ name: 'copies', type: 'jsonb', default: [] })
  copies: TeamMailSettings['copies'];

  @Column({ name: 'sender', type: 'text' })
  sender: TeamMailSettings['sender'];

  /** Includes the sealed password. Kept while `sender` is `platform`, so that switching back needs no new input. */
  @Column({ name: 'smtp', type: 'jsonb', nullable: true })
  smtp: TeamMailSettings['smtp'];

  /** Includes the sealed private key. Kept while `sender` is `platform`, like the server. */
  @Column({ name: 'certificate', type: 'jsonb', nullable: true })
  certificate: TeamMailSettings['certificate'];

  @Column({ name: 'fallback', type: 'boolean' })
  fallback: boolean;

  @Column({ name: 'notify_user_ids', type: 'jsonb' })
  notifyUserIds: string[];

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;

  @Column({ name: 'updated_by', type: 'text' })
  updatedBy: string;
}
