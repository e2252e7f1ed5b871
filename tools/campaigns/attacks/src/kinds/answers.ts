// What external servers answer: mailbox providers, and webhook receivers that a team has configured.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Attack, countStatuses, type Kind } from '../attack.js';
import { type Answer } from '../site.js';

const EMPTY = 'Content-Length: 0\r\n\r\n';
const ANSWERS: readonly [name: string, bytes: string][] = [
  ['status 999', `HTTP/1.1 999 No\r\n${EMPTY}`],
  ['status 42', `HTTP/1.1 042 No\r\n${EMPTY}`],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\n'],
  ['nothing of HTTP', 'MZ\u0000\r\n\r\n'],
  ['a header without end', `HTTP/1.1 200 OK\r\n${'X: y\r\n'.repeat(50_000)}`],
];

/** Runs a server that answers anything with these bytes and keeps the connection open. */
async function answering<T>(bytes: string, meanwhile: (url: string) => Promise<T>): Promise<T> {
  const server = createServer((socket) => void socket.on('error', () => undefined).once('data', () => socket.write(bytes, 'latin1')));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    return await meanwhile(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
  }
}

const names = ANSWERS.map(([name]) => name).join(', ');

const provider: Attack = {
  name: 'provider',
  tries: `a mailbox is connected at a provider that answers with ${names}`,
  expects: '503 each time, and the service lives',
  answers5xx: [503],
  run: (attempt) =>
    attempt.site.beside('settings-api', {}, async (apart) => {
      const answers: Answer[] = [];
      for (const [name, bytes] of ANSWERS)
        await answering(bytes, async (issuer) => {
          const app = { provider: 'oidc', issuer, clientId: 'a', clientSecret: 'b', scope: 'smtp', host: 'smtp.customer.example' };
          const path = '/v1/teams/answered/email-delivery/connection';
          const answer = await attempt.site.ask(apart, path, { as: 'service', method: 'POST', body: app });
          attempt.expect(answer.status === 503 && apart.isRunning, `${name}: ${answer.status} ${answer.text}`);
          answers.push(answer);
        });
      return countStatuses(answers);
    }),
};

const receiver: Attack = {
  name: 'receiver',
  tries: `a webhook whose receiver answers with ${names}`,
  expects: 'a try that failed, and the place of it free again',
  run: async (attempt) => {
    const path = '/v1/teams/answered/webhooks';
    const ask = (method: string, below: string, body?: object) =>
      attempt.site.ask('notification-service', `${path}${below}`, { as: 'service', method, ...(body === undefined ? {} : { body }) });
    for (const [name, bytes] of ANSWERS)
      await answering(bytes, async (url) => {
        const { id } = JSON.parse((await ask('POST', '', { url })).text) as { id: string };
        await ask('POST', `/${id}/test`, {});
        await attempt.awaits(`a try at ${name}`, async () => (await ask('GET', `/${id}/messages`)).text.includes('"number":1'));
        await ask('DELETE', `/${id}`);
      });
    return `${ANSWERS.length} tries, each over`;
  },
};

export const answers: Kind = { name: 'answers', attacks: [provider, receiver] };
