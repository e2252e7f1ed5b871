// Event streams that nobody reads: only the head of the response is read, and what follows it fills the buffers on the way.
import { Agent, request } from 'node:http';

export type UnreadStream = { status: number; headers: Headers; close(): void };

/** Requests a user's notifications from the first one on, over a connection of its own. */
export function openUnreadStream(url: string, authorization: string): Promise<UnreadStream> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v1/notifications/stream`, {
      agent: new Agent(),
      headers: { authorization, 'last-event-id': '0' },
    });
    // As nobody reads it, Node reports the end of the stream as an error; the status is known by then.
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
