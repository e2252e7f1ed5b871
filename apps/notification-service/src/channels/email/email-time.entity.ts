import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** That an e-mail to a user was begun, for as long as it counts for the limit of an hour. */
@Entity('email_times')
@Index('email_times_of_user', ['userId', 'claimedAt'])
export class EmailTimeEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS', primaryKeyConstraintName: 'email_times_pk' })
  id: string;

  @Column('text', { name: 'user_id' })
  userId: string;

  @Column('timestamptz', { name: 'claimed_at', default: () => 'now()' })
  claimedAt: Date;
}
