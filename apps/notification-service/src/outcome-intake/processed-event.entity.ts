import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An outcome that somebody was told of; a second job with the same event id does nothing. */
@Entity('processed_events')
export class ProcessedEventEntity {
  @PrimaryColumn('uuid', { name: 'event_id', primaryKeyConstraintName: 'processed_events_pk' })
  eventId: string;

  @Column('timestamptz', { name: 'processed_at', default: () => 'now()' })
  processedAt: Date;
}
