import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Up to which place in the stream a user has read all that is to be seen of a team; no row: nobody knows, and all of it is looked at. */
@Entity('read_until')
export class ReadUntilEntity {
  @PrimaryColumn('text', { name: 'user_id', primaryKeyConstraintName: 'read_until_pk' })
  userId: string;

  /** Empty for what belongs to no team. */
  @PrimaryColumn('text', { name: 'team_id', primaryKeyConstraintName: 'read_until_pk' })
  teamId: string;

  @Column('bigint')
  position: string;
}
