import { type FieldError } from '@billing-mail/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A job of the queue `outcomes` that could not be read, kept for a person to look at. The hash keeps a repeated one single. */
@Entity('rejected_outcomes')
export class RejectedOutcomeEntity {
  @PrimaryColumn('text', { name: 'payload_sha256', primaryKeyConstraintName: 'rejected_outcomes_pk' })
  payloadSha256: string;

  @Column('text', { name: 'job_id' })
  jobId: string;

  @Column('text')
  payload: string;

  @Column('jsonb')
  errors: FieldError[];

  @Column('timestamptz', { name: 'received_at', default: () => 'now()' })
  receivedAt: Date;
}
