import { Readable } from 'node:stream';
import { startScriptedSmtpServer } from '@billing-mail/testkit';
import { openSession } from './open-session.js';
import { type SessionStep } from './smtp-server.js';

it('smoke', async () => {
  const server = await startScriptedSmtpServer({ security: 'starttls', accounts: [{ username: 'u', password: 'secret' }] });
  const steps: SessionStep[] = [];
  const opened = await openSession(
    {
      host: 'localhost',
      port: server.port,
      security: 'starttls',
      auth: { type: 'password', username: 'u', password: 'secret' },
      caPem: server.caPem,
    },
    {
      policy: { allowedNetworks: ['127.0.0.0/8', '::1/128'], allowedPorts: [server.port] },
      timeouts: { connectMs: 1000, replyMs: 1000, finalReplyMs: 1000 },
      clientName: 'client.test',
      onStep: (step) => steps.push(step),
    },
  );
  console.log(opened);
  if (!opened.ok) throw new Error('no');
  const body = 'Subject: x\r\n\r\n.hello\r\n..\r\n.\r\nend\r\n';
  const result = await opened.session.send({
    from: 'a@a.test',
    recipients: ['b@b.test', 'c@c.test'],
    size: body.length,
    body: Readable.from([Buffer.from(body)]),
    beforeEndOfData: async () => 'release',
  });
  console.log(result, steps);
  await opened.session.close();
  console.log(server.messages, server.connections);
  await server.close();
});
