import { type Person } from '@billing-mail/contracts';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A person as the application that they sign in to tells of them. */
@Entity('people')
export class PersonEntity {
  @PrimaryColumn('text', { name: 'user_id', primaryKeyConstraintName: 'people_pk' })
  userId: string;

  @Column('text')
  name: string;

  /** Vouched for by whoever named it. */
  @Column('text', { nullable: true })
  email: string | null;

  /** Roles by team; `null` where they belong to whichever teams they are known in (`contacts`). */
  @Index('people_of_team', { synchronize: false })
  @Column('jsonb', { nullable: true })
  teams: Person['teams'];

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
