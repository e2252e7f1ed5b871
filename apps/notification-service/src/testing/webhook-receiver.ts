// A receiver of webhooks for tests, which answers as the test says and keeps what it receives.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export type Received = { path: string; headers: IncomingHttpHeaders; body: string; json: { type: string; data: Record<string, unknown> } };
export type WebhookReceiver = {
  url: string;
  received: Received[];
  /** Answers from now on; by default with 204. */
  answer: (response: ServerResponse, received: Received) => void;
  stop(): Promise<void>;
};

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const got = { path: request.url ?? '', headers: request.headers, body, json: JSON.parse(body) as Received['json'] };
      receiver.received.push(got);
      receiver.answer(response, got);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: (response) => response.writeHead(204).end(),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return receiver;
}
