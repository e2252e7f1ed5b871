import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A code that went to an address, so that the user who reads it there can show it. Kept as a hash: who reads the table can confirm nothing. */
@Entity('address_confirmations')
export class AddressConfirmationEntity {
  @PrimaryColumn('text', { name: 'code_sha256', primaryKeyConstraintName: 'address_confirmations_pk' })
  codeSha256: string;

  @Index('address_confirmations_of_user')
  @Column('text', { name: 'user_id' })
  userId: string;

  @Column('text')
  email: string;

  /** The team whose address it is to be; `null`: the user's own. */
  @Column('text', { name: 'team_id', nullable: true })
  teamId: string | null;

  @Column('timestamptz', { name: 'asked_at', default: () => 'now()' })
  askedAt: Date;
}
