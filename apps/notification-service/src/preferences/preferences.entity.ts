import { type Digest, type Locale, type NotificationType } from '@billing-mail/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a user has chosen; from then on nothing learned from events counts for them. */
@Entity('preferences')
export class PreferencesEntity {
  @PrimaryColumn('text', { name: 'user_id', primaryKeyConstraintName: 'preferences_pk' })
  userId: string;

  @Column('text', { nullable: true })
  email: string | null;

  /** The last address of which the user showed that they read it; alerts go there until another one is confirmed. */
  @Column('text', { name: 'confirmed_email', nullable: true })
  confirmedEmail: string | null;

  @Column('text')
  locale: Locale;

  @Column('boolean', { name: 'email_channel' })
  emailChannel: boolean;

  @Column('boolean', { name: 'inbox_channel' })
  inboxChannel: boolean;

  /** Types of which nothing comes by e-mail, or into the inbox. */
  @Column('text', { name: 'muted_email', array: true, default: () => "'{}'" })
  mutedEmail: NotificationType[];

  @Column('text', { name: 'muted_inbox', array: true, default: () => "'{}'" })
  mutedInbox: NotificationType[];

  @Column('text', { default: 'none' })
  digest: Digest;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
