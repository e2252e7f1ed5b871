import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: the last place in the stream that was given out. */
@Entity('stream_clock')
export class StreamClockEntity {
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'stream_clock_pk' })
  id: number;

  @Column('bigint')
  position: string;
}
