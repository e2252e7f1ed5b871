import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { returnPathFor } from '@billing-mail/mail-core';
import { createLogger } from '@billing-mail/platform';
import { heldBytes } from '@billing-mail/testkit';
import { register } from 'prom-client';
import { type DispatcherEnv } from '../dispatcher.env.js';
import { ReturnPaths } from '../records/return-paths.js';
import { BounceListener } from './bounce-listener.js';
import { READ_BYTES, type TakeReport } from './take-report.js';
import { bring } from './testing/smtp-sender.js';

const DOMAIN = 'bounce.platform.example';
const keys = [{ id: 'k1', key: randomBytes(32) }];
const env = { BOUNCE_DOMAIN: DOMAIN, BOUNCE_SECRET: keys, BOUNCE_SMTP_PORT: 0, BOUNCE_SMTP_HOST: '127.0.0.1', BOUNCE_PER_RECIPIENT: false };

describe('the listener for reports', () => {
  const taken: number[] = [];
  let listener: BounceListener;
  const path = () => `${returnPathFor({ deliveryId: randomUUID(), position: null }, keys, new Date())}@${DOMAIN}`;
  const port = () => listener.port ?? 0;
  const ignored = async (reason: string): Promise<number> => {
    const values = (await register.getSingleMetric('billing_mail_bounces_ignored_total')?.get())?.values ?? [];
    return values.find(({ labels }) => labels['reason'] === reason)?.value ?? 0;
  };

  beforeEach(async () => {
    taken.length = 0;
    // Other tests show what becomes of a report; here only the number of bytes that get this far matters.
    const reports = { take: (_path: unknown, raw: Buffer) => (taken.push(raw.length), Promise.resolve('ignored' as const)) };
    listener = new BounceListener(
      env as unknown as DispatcherEnv,
      createLogger('mail-dispatcher', 'silent'),
      new ReturnPaths(env),
      reports as unknown as TakeReport,
    );
    await listener.onApplicationBootstrap();
  });
  afterEach(() => listener.beforeApplicationShutdown());

  it('lets a large mail pass and keeps the beginning of it', async () => {
    const mail = `Subject: large\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(8 * 1024)}`;
    expect((await bring(port(), [path()], mail)).at(-1)?.code).toBe(250);
    expect(taken).toHaveLength(1);
    expect(taken[0]).toBeGreaterThanOrEqual(READ_BYTES);
    expect(taken[0]).toBeLessThan(2 * READ_BYTES);
  });

  it('refuses 50 MB, whether they have lines or are one header without end, and holds none of it', async () => {
    const before = heldBytes();
    let most = 0;
    for (const line of [`${'x'.repeat(998)}\r\n`, 'x'.repeat(1000)]) {
      const socket = await greeted(port());
      for (const command of ['EHLO mx.test', 'MAIL FROM:<>', `RCPT TO:<${path()}>`, 'DATA']) await say(socket, command);
      for (let sent = 0; sent < 50_000; sent += 500) {
        if (!socket.write(line.repeat(500))) await once(socket, 'drain');
        if (sent % 5000 === 0) most = Math.max(most, heldBytes() - before);
      }
      expect(await say(socket, '\r\n.')).toMatch(/^552 5\.3\.4/);
      socket.destroy();
    }
    expect(taken).toEqual([]);
    expect(await ignored('too_large')).toBeGreaterThanOrEqual(2);
    expect(most).toBeLessThan(20 * 1024 * 1024);
  });

  it('hangs up on who guesses, and still takes from others what it made', async () => {
    const guesses = Array.from({ length: 70 }, () => `b+${randomBytes(28).toString('hex').slice(0, 45)}@${DOMAIN}`);
    const codes = (await bring(port(), guesses, null)).slice(2).map(({ code }) => code);
    expect(codes.filter((code) => code === 550)).toHaveLength(60);
    expect(codes.slice(60).every((code) => code === 421)).toBe(true);
    expect((await bring(port(), [path()], 'Subject: report\r\n\r\n')).at(-1)?.code).toBe(250);
    expect(await ignored('forged')).toBeGreaterThanOrEqual(60);
  });

  it('gives one address twenty connections', async () => {
    const sockets = await Promise.all(Array.from({ length: 25 }, () => opened(port())));
    const greetings = sockets.map(({ greeting }) => greeting.slice(0, 3));
    for (const { socket } of sockets) socket.destroy();
    expect(greetings.filter((code) => code === '220')).toHaveLength(20);
    expect(greetings.filter((code) => code === '421')).toHaveLength(5);
  });

  it('lets who brings a report have the place of one who has nothing to bring, and not the other way round', async () => {
    const bringer = await opened(port(), '127.0.0.2');
    for (const command of ['EHLO mx.test', 'MAIL FROM:<>', `RCPT TO:<${path()}>`]) await say(bringer.socket, command);
    const idle = await Promise.all(Array.from({ length: 60 }, (_, index) => opened(port(), `127.0.0.${3 + (index % 5)}`)));
    expect(idle.map(({ greeting }) => greeting.slice(0, 3))).toEqual(Array(60).fill('220'));
    expect((await bring(port(), [path()], 'Subject: report\r\n\r\n')).at(-1)?.code).toBe(250);
    expect(await say(bringer.socket, 'NOOP')).toMatch(/^250/);
    for (const { socket } of [...idle, bringer]) socket.destroy();
    expect(await ignored('made_room')).toBeGreaterThan(0);
  });

  it('injects nothing that was said before TLS', async () => {
    const socket = await greeted(port());
    await say(socket, 'EHLO mx.test');
    expect(await say(socket, 'STARTTLS\r\nMAIL FROM:<>')).toBe('220 Ready to start TLS\r\n');
    const secured = connectTls({ socket, rejectUnauthorized: false }).on('error', () => undefined);
    await once(secured, 'secureConnect');
    expect(await say(secured, `RCPT TO:<${path()}>`)).toMatch(/^503/);
    secured.destroy();
  });

  it('ends a mail at CRLF . CRLF only', async () => {
    const socket = await greeted(port());
    for (const command of ['EHLO mx.test', 'MAIL FROM:<>', `RCPT TO:<${path()}>`, 'DATA']) await say(socket, command);
    expect(await say(socket, 'a\n.\nMAIL FROM:<>\r.\rb\r\n.\nc\n.\r\nd\r\n.')).toMatch(/^250/);
    expect(taken).toHaveLength(1);
    socket.destroy();
  });

  it('offers STARTTLS, no sign-in, and the size that it takes', async () => {
    const socket = await greeted(port());
    const offered = await say(socket, 'EHLO mx.test');
    expect(offered).toMatch(/STARTTLS/);
    expect(offered).toMatch(/SIZE 41943040/);
    expect(offered).not.toMatch(/AUTH/);
    expect(await say(socket, 'AUTH PLAIN AGEAYg==')).toMatch(/^5/);
    socket.destroy();
  });
});

async function opened(port: number, localAddress = '127.0.0.1'): Promise<{ socket: Socket; greeting: string }> {
  const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => undefined);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return { socket, greeting: chunk.toString() };
}

const greeted = async (port: number): Promise<Socket> => (await opened(port)).socket;

async function say(socket: Socket, command: string): Promise<string> {
  const answer = once(socket, 'data') as Promise<[Buffer]>;
  socket.write(`${command}\r\n`);
  return (await answer)[0].toString();
}
