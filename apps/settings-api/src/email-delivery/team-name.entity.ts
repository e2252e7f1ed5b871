import { Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A skeleton of a team's name. Two teams share one only if an internal service vouched for it, or if they had it before names were checked.
 */
@Entity({ name: 'team_name' })
export class TeamNameEntity {
  /** A hash, because a skeleton may have any length: a single character may become eighteen. */
  @PrimaryColumn({ name: 'skeleton_sha256', type: 'bytea', primaryKeyConstraintName: 'team_name_pk' })
  skeletonSha256: Buffer;

  @Index('team_name_of_team')
  @PrimaryColumn({ name: 'team_id', type: 'text', primaryKeyConstraintName: 'team_name_pk' })
  teamId: string;
}
