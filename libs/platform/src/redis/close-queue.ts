import { type Queue } from 'bull';
import { within } from '../waiting/within.js';
import { type RedisConnection } from './connect-redis.js';

/** Made by Bull as soon as somebody asks for them, and then kept; its types tell of the first one only. */
type Connections = Record<'client' | 'eclient' | 'bclient', RedisConnection>;

/**
 * Closes a queue for this process, without waiting for jobs at work, and ends all of its connections, also where Redis does not answer within `ms`.
 * Bull makes those that its workers hear and wait by only once it has spoken with Redis, and closes what there is at that moment: one that it makes
 * later would connect again for as long as the process lives, and what it says by one that is closed too early would end the process. So its
 * beginning is waited for.
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

/** One that is being made goes no further than this try: Bull does not expect that it ends meanwhile. */
function leave(connection: RedisConnection): void {
  if (['connecting', 'connect'].includes(connection.status)) connection.once('reconnecting', () => connection.disconnect());
  else connection.disconnect();
}
