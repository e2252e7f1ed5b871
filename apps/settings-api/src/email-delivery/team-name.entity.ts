import { Entity, Index, PrimaryColumn } from 'typeorm';

/** What a name of a team looks like. Two teams have one in common only where an internal service vouched for it, or since before this was asked. */
@Entity({ name: 'team_name' })
export class TeamNameEntity {
  /** Of any length: a single character may look like eighteen. */
  @PrimaryColumn({ name: 'skeleton_sha256', type: 'bytea', primaryKeyConstraintName: 'team_name_pk' })
  skeletonSha256: Buffer;

  @Index('team_name_of_team')
  @PrimaryColumn({ name: 'team_id', type: 'text', primaryKeyConstraintName: 'team_name_pk' })
  teamId: string;
}
