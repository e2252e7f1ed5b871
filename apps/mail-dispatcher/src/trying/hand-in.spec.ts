import { SessionKeeper } from '@billing-mail/smtp-client';
import { startScriptedSmtpServer, type ScriptedSmtpServer } from '@billing-mail/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HandedIn, handIn } from './hand-in.js';

describe('handing in while the claim is lost', () => {
  let server: ScriptedSmtpServer;
  const keeper = new SessionKeeper({ idleMs: 1000, messagesPerSession: 10 });
  beforeEach(async () => {
    server = await startScriptedSmtpServer();
    server.script = { banner: 'stall' };
  });
  afterEach(() => server.close());

  /** Only the signal can end it: the server says nothing, and its time is far away. */
  const handInUntil = (signal: AbortSignal): Promise<HandedIn> =>
    handIn({
      line: keeper.line({ host: '127.0.0.1', port: server.port, security: 'none', auth: { type: 'none' } }, 'team', {
        policy: { allowedNetworks: ['127.0.0.0/8'], allowedPorts: [server.port] },
        timeouts: { connectMs: 60_000, replyMs: 60_000, finalReplyMs: 60_000 },
        clientName: 'client.test',
      }),
      server: 'server.test:25',
      from: 'billing@acme.example',
      recipients: [],
      maxRecipients: 50,
      prepare: () => Promise.reject(new Error('nothing is composed for a server that is not there')),
      releaseEndOfData: () => Promise.resolve(false),
      recordProgress: () => Promise.resolve(),
      signal,
    });

  it('is no try when it was lost before the connection was opened', async () => {
    expect(await handInUntil(AbortSignal.abort())).toMatchObject({ results: [], failure: null, interrupted: expect.any(Error) });
  });

  it('is no try when it is lost while the connection is being opened', async () => {
    const losing = new AbortController();
    const handedIn = handInUntil(losing.signal);
    while (server.connections.length === 0) await sleep(5);
    losing.abort();
    expect(await handedIn).toMatchObject({ results: [], failure: null, interrupted: expect.any(Error) });
  });
});
