import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@billing-mail/testkit';
import type { Response } from 'express';
import { EventStream, type EventStreamOptions } from './event-stream.js';
import { type Placed } from './inbox.store.js';

const placed = (position: number, size = 10): Placed => ({ position, view: { body: 'x'.repeat(size) } as Placed['view'] });

describe('EventStream', () => {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  /** Opens a stream and returns both ends of it. The client's end is only read by the test itself. */
  async function connect(options: Partial<EventStreamOptions>): Promise<{ stream: EventStream; client: IncomingMessage }> {
    let stream: EventStream | undefined;
    const server = createServer((_request, response) => {
      stream = new EventStream({
        response: response as unknown as Response,
        position: 0,
        readAfter: () => Promise.resolve([]),
        expiresAt: null,
        heartbeatMs: 60_000,
        drainMs: 60_000,
        ...options,
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = await new Promise<IncomingMessage>((resolve) =>
      get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, resolve),
    );
    client.on('error', () => undefined);
    ends.push(
      () => client.destroy(),
      () => server.close(),
    );
    if (stream === undefined) throw new Error('No request came.');
    return { stream, client };
  }

  /** Returns functions that wait until the client has received something, and that end the stream and return all that was received. */
  function reading({ stream, client }: { stream: EventStream; client: IncomingMessage }) {
    let received = '';
    client.setEncoding('utf8').on('data', (part: string) => (received += part));
    const ended = once(client, 'end');
    return {
      until: (wanted: RegExp) => eventually(() => wanted.test(received)),
      all: async (): Promise<string> => {
        stream.end();
        await ended;
        return received;
      },
    };
  }

  it('gives the place to resume from before anything else, and a sign of life now and then', async () => {
    const both = await connect({ position: 7, heartbeatMs: 20 });
    const { until, all } = reading(both);
    await until(/(: still here\n\n){2}/);
    expect(await all()).toMatch(/^retry: 3000\nid: 7\n\n(: still here\n\n){2,}$/);
    expect(both.client.headers['content-type']).toMatch('text/event-stream');
  });

  it('writes on until there is nothing more, and again when woken', async () => {
    const placements = Array.from({ length: 120 }, (_, index) => placed(index + 1));
    const both = await connect({
      readAfter: async (position, limit) => placements.filter((item) => item.position > position).slice(0, limit),
    });
    const { until, all } = reading(both);
    both.stream.wake();
    both.stream.wake();
    await until(/^id: 120$/m);
    placements.push(placed(121));
    both.stream.wake();
    await until(/^id: 121$/m);
    const ids = (await all()).match(/^id: \d+$/gm);
    expect(ids).toEqual(Array.from({ length: 122 }, (_, index) => `id: ${index}`));
  });

  it('reads no more for a client that does not take what was sent, and drops it in the end', async () => {
    let read = 0;
    const { stream, client } = await connect({
      drainMs: 300,
      readAfter: async (position, limit) => {
        read += limit;
        return Array.from({ length: limit }, (_, index) => placed(position + index + 1, 100_000));
      },
    });
    client.pause();
    stream.wake();
    await stream.ended;
    // A batch of 50 notifications of 100 KB each fills the kernel's buffers. Without a limit the stream would read on until it ends.
    expect(read).toBeLessThanOrEqual(200);
  });

  it('closes when it can not read, so that the client comes back', async () => {
    const { stream } = await connect({ readAfter: () => Promise.reject(new Error('gone')) });
    stream.wake();
    await stream.ended;
  });

  it('ends at its time, also one that has passed or lies years ahead', async () => {
    const soon = await connect({ expiresAt: new Date(Date.now() + 50) });
    await soon.stream.ended;
    const passed = await connect({ expiresAt: new Date(0) });
    await passed.stream.ended;
    const far = await connect({ expiresAt: new Date(Date.now() + 10 ** 12) });
    expect(await Promise.race([far.stream.ended.then(() => 'ended'), sleep(100).then(() => 'open')])).toBe('open');
  });
});
