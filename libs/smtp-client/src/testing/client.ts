import { setTimeout as sleep } from 'node:timers/promises';
import { type ScriptedSmtpServer, startScriptedSmtpServer } from '@billing-mail/testkit';
import { type OutgoingMessage } from '../message.js';
import { openSession, type OpenResult } from '../open-session.js';
import { type SessionOptions } from '../session-options.js';
import { type SmtpSession } from '../session.js';
import { type SmtpServer } from '../smtp-server.js';

type Timeouts = SessionOptions['timeouts'];

/** For servers that answer: no machine is so busy. */
export const PATIENT: Timeouts = { connectMs: 60_000, replyMs: 60_000, finalReplyMs: 60_000 };

/** For those of whom only the end of a wait can tell. */
export const IMPATIENT: Timeouts = { connectMs: 1_000, replyMs: 400, finalReplyMs: 400 };

/** The time-outs by which a fact comes about. */
export const timeoutsFor = (fact: object): Timeouts => ('reason' in fact && fact.reason === 'timeout' ? IMPATIENT : PATIENT);

type Place = Pick<ScriptedSmtpServer, 'host' | 'port' | 'caPem'>;

export const ACCOUNT = { username: 'billing', password: 'correct horse' };

/** The scripted server as one that is configured. */
export function serverAt({ host, port, caPem }: Place, change: Partial<SmtpServer> = {}): SmtpServer {
  return { host, port, security: 'none', auth: { type: 'none' }, caPem, ...change };
}

/** Options by which the scripted server may be reached. */
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

/** A message to one recipient that is let go. */
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

/** The content as blocks that come one after the other. */
export async function* blocksOf(content: string | Buffer, size = 64 * 1024): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** Sockets and timers of this process. */
export function openHandles(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /TCP|TLS|UDP|Timeout|GetAddrInfo|Query/.test(name));
}

/** What is open that was not so `before`; waits up to five seconds for it to close, which takes some turns of the event loop on a busy machine. */
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

/** Gives each test of a file a server of its own, and fails those that leave something open behind. */
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
