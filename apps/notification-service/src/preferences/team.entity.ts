import { type Locale } from '@billing-mail/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The language of a team as its events tell it. */
@Entity('teams')
export class TeamEntity {
  @PrimaryColumn('text', { name: 'team_id', primaryKeyConstraintName: 'teams_pk' })
  teamId: string;

  @Column('text')
  locale: Locale;

  @Column('timestamptz', { name: 'learned_at' })
  learnedAt: Date;
}
