import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a team's alerts go besides those to its people: a mailbox that several read. */
@Entity('team_alert_addresses')
export class TeamAlertAddressEntity {
  @PrimaryColumn('text', { name: 'team_id', primaryKeyConstraintName: 'team_alert_addresses_pk' })
  teamId: string;

  @Column('text')
  email: string;

  /** The last address that somebody in the team showed to be read there, or that a service vouched for; alerts go there until another one is confirmed. */
  @Column('text', { name: 'confirmed_email', nullable: true })
  confirmedEmail: string | null;

  @Column('text', { name: 'updated_by' })
  updatedBy: string;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
