// Streams of events that nobody reads: the head of the answer is taken, what comes behind it fills the buffers on the way.
import { Agent, request } from 'node:http';

export type UnreadStream = { status: number; headers: Headers; close(): void };

/** Asks for the notifications of a user from the first on, by a connection of its own. */
export function openUnreadStream(url: string, authorization: string): Promise<UnreadStream> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v1/notifications/stream`, {
      agent: new Agent(),
      headers: { authorization, 'last-event-id': '0' },
    });
    // Its end is an error to Node while nobody reads: by then its status is known.
    asked.on('error', reject).once('response', (response) => {
      response.pause().on('error', () => undefined);
      resolve({
        status: response.statusCode ?? 0,
        headers: new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
        close: () => asked.destroy(),
      });
    });
    asked.end();
  });
}
