import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Channel, type Told } from './channel.js';

/**
 * Gives new and counted-up notifications their positions in the stream, and so makes them visible in list and stream. Positions must become
 * visible in order: a reader who remembers the last one seen would otherwise miss a lower one that is committed later. A sequence can't
 * ensure that; a single row, locked by each transaction until its commit, can. As others wait for that lock, this channel must be the last.
 */
@Injectable()
export class InboxChannel implements Channel {
  async accept(tx: EntityManager, { raised }: Told): Promise<void> {
    if (raised.length === 0) return;
    await tx.query(
      `WITH clock AS (UPDATE notify.stream_clock SET position = position + cardinality($1::uuid[]) RETURNING position)
       UPDATE notify.notifications n SET position = clock.position - cardinality($1::uuid[]) + item.place
       FROM clock, unnest($1::uuid[]) WITH ORDINALITY AS item (id, place)
       WHERE n.id = item.id`,
      [raised.map(({ notificationId }) => notificationId)],
    );
  }
}
