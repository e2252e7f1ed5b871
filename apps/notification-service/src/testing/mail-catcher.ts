import { buffer } from 'node:stream/consumers';
import { type AddressInfo, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type CaughtMail = { recipients: string[]; raw: Buffer };

/** An SMTP server in place of the platform's, which keeps the mail that it receives. */
export type MailCatcher = {
  url: string;
  mails: CaughtMail[];
  /** If set, refuses with this reply, at the recipient or after the end of data. */
  refusal: { at: 'rcpt' | 'data'; code: number; text?: string } | null;
  /** The names that clients gave in EHLO. */
  names: string[];
  /** Runs between the end of data and the final reply. */
  beforeReply: () => Promise<void>;
  /** Breaks all connections. */
  cut(): Promise<void>;
  /** Number of commands that carried a password. */
  logins: number;
  stop(): Promise<void>;
};

export async function startMailCatcher(): Promise<MailCatcher> {
  const mails: CaughtMail[] = [];
  const refuse = (at: 'rcpt' | 'data'): Error | null =>
    catcher.refusal?.at === at ? Object.assign(new Error(catcher.refusal.text ?? 'refused'), { responseCode: catcher.refusal.code }) : null;
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: (_auth, _session, callback) => {
      catcher.logins += 1;
      callback(null, { user: 'platform' });
    },
    onMailFrom: (_address, session, callback) => {
      catcher.names.push(session.hostNameAppearsAs);
      callback();
    },
    onRcptTo: (_address, _session, callback) => callback(refuse('rcpt')),
    onData: (stream, session, callback) => {
      const take = async (): Promise<void> => {
        const raw = await buffer(stream);
        await catcher.beforeReply();
        const refusal = refuse('data');
        if (refusal === null) mails.push({ raw, recipients: session.envelope.rcptTo.map(({ address }) => address) });
        callback(refusal);
      };
      // The connection was lost before the end of data.
      take().catch(callback);
    },
  });
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket) => sockets.add(socket));
  server.on('error', () => undefined); // connections are broken on purpose
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const catcher: MailCatcher = {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    refusal: null,
    names: [],
    beforeReply: () => Promise.resolve(),
    logins: 0,
    cut: async () => sockets.forEach((socket) => socket.destroy()),
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
  return catcher;
}
