import { type Queue } from 'bull';
import { within } from '../waiting/within.js';
import { type RedisConnection } from './connect-redis.js';

/** Getters of Bull's queue that create each connection at its first use; Bull's types declare only the first of them. */
type Connections = Record<'client' | 'eclient' | 'bclient', RedisConnection>;

/**
 * Closes a queue for this process without waiting for running jobs, and ends all of its connections, even if Redis does not answer within `ms`.
 * Bull opens the connections of its workers only after its first one is ready, and closes those that exist at the time of the call. One that it
 * opened later would reconnect for as long as the process lives, and a command on one that was closed too early would end the process. So all
 * three are opened here, and the queue is closed once they are ready.
 */
export async function closeQueue(queue: Queue, ms: number): Promise<void> {
  const { client, eclient, bclient } = queue as unknown as Connections;
  const connections = [client, eclient, bclient];
  await within(
    ms,
    Promise.all(connections.map(untilReady)).then(() => queue.close(true)),
  );
  connections.forEach(leave);
}

async function untilReady(connection: RedisConnection): Promise<void> {
  if (!['ready', 'end'].includes(connection.status)) await new Promise<void>((resolve) => connection.once('ready', () => resolve()));
}

/** A connection that is being opened ends after this attempt, because Bull does not expect it to end meanwhile. */
function leave(connection: RedisConnection): void {
  if (['connecting', 'connect'].includes(connection.status)) connection.once('reconnecting', () => connection.disconnect());
  else connection.disconnect();
}
