import { setTimeout as sleep } from 'node:timers/promises';
import { type ScriptedSmtpServer, startScriptedSmtpServer } from '@billing-mail/testkit';
import { type OutgoingMessage } from '../message.js';
import { openSession, type OpenResult } from '../open-session.js';
import { type SessionOptions } from '../session-options.js';
import { type SmtpSession } from '../session.js';
import { type SmtpServer } from '../smtp-server.js';

type Timeouts = SessionOptions['timeouts'];

/** Time-outs for servers that answer: long enough for the busiest machine. */
export const PATIENT: Timeouts = { connectMs: 60_000, replyMs: 60_000, finalReplyMs: 60_000 };

/** Time-outs for servers that do not answer, so that the test must wait until the time is up. */
export const IMPATIENT: Timeouts = { connectMs: 3_000, replyMs: 1_000, finalReplyMs: 1_000 };

/** Returns the time-outs for a test that expects this fact: short ones if it is a time-out. */
export const timeoutsFor = (fact: object): Timeouts => ('reason' in fact && fact.reason === 'timeout' ? IMPATIENT : PATIENT);

type Place = Pick<ScriptedSmtpServer, 'host' | 'port' | 'caPem'>;

export const ACCOUNT = { username: 'billing', password: 'correct horse' };

/** Returns the configuration of the scripted server. */
export function serverAt({ host, port, caPem }: Place, change: Partial<SmtpServer> = {}): SmtpServer {
  return { host, port, security: 'none', auth: { type: 'none' }, caPem, ...change };
}

/** Returns options under which the scripted server may be reached. */
export function optionsFor({ port }: Place, change: Partial<SessionOptions> = {}): SessionOptions {
  return {
    policy: { allowedNetworks: ['127.0.0.0/8'], allowedPorts: [port] },
    timeouts: PATIENT,
    clientName: 'client.test',
    ...change,
  };
}

/** Opens a session with a scripted server. */
export function openWith(place: Place, change: Partial<SmtpServer> = {}, options: Partial<SessionOptions> = {}): Promise<OpenResult> {
  return openSession(serverAt(place, change), optionsFor(place, options));
}

export async function sessionWith(...args: Parameters<typeof openWith>): Promise<SmtpSession> {
  const opened = await openWith(...args);
  if (!opened.ok) throw new Error(`no session: ${JSON.stringify(opened.fact)}`);
  return opened.session;
}

/** Returns a message to one recipient whose end of data is released. */
export function messageOf(content: string | Buffer, change: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const bytes = Buffer.from(content);
  return {
    from: 'billing@acme.test',
    recipients: ['payables@customer.test'],
    size: bytes.length,
    body: bytes,
    beforeEndOfData: async () => 'release',
    ...change,
  };
}

/** Yields the content block by block. */
export async function* blocksOf(content: string | Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** Returns the types of the open sockets, DNS queries and timers of this process. */
export function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /TCP|TLS|UDP|Timeout|GetAddrInfo|Query/.test(name));
}

/** Returns what is open and was not open `before`. Waits up to five seconds, because closing takes some turns of a busy event loop. */
export async function handlesLeft(before: readonly string[]): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const known = [...before];
    const left = openHandles().filter((name) => {
      const at = known.indexOf(name);
      if (at >= 0) known.splice(at, 1);
      return at < 0;
    });
    if (left.length === 0 || tries === 500) return left;
    await sleep(10);
  }
}

/** Gives each test of a file its own server, and fails the tests that leave something open. */
export function eachWithServer(began: (server: ScriptedSmtpServer) => void): void {
  let server: ScriptedSmtpServer;
  let before: string[];
  beforeEach(async () => {
    before = openHandles();
    server = await startScriptedSmtpServer();
    began(server);
  });
  afterEach(async () => {
    await server.close();
    expect(await handlesLeft(before)).toEqual([]);
  });
}
