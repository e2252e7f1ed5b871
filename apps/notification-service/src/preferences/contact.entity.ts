import { type Locale } from '@billing-mail/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * That a user belongs to a team, with address and language as the documents of that team tell them; an address only as services vouch for it. Kept by team: what a team says of a user must never
 * lead another team's alerts to an address that the first one made up.
 */
@Entity('contacts')
export class ContactEntity {
  @PrimaryColumn('text', { name: 'team_id', primaryKeyConstraintName: 'contacts_pk' })
  teamId: string;

  @Index('contacts_of_user')
  @PrimaryColumn('text', { name: 'user_id', primaryKeyConstraintName: 'contacts_pk' })
  userId: string;

  @Column('text', { nullable: true })
  email: string | null;

  @Column('text', { nullable: true })
  locale: Locale | null;

  @Column('timestamptz', { name: 'learned_at' })
  learnedAt: Date;
}
