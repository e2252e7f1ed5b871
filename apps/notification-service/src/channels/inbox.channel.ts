import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Channel, type Told } from './channel.js';

/**
 * Gives what was raised its place in the stream and so shows it in list and stream. Places must become visible in their order,
 * or a reader who remembers the last one that it saw would miss a lower one that is committed later. A sequence can't do that;
 * one row that each transaction locks until its commit can. It must therefore be the last to accept: others wait meanwhile.
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
