// From a server's name to a session ready for messages: policy, DNS, connection, TLS, greeting, authentication.
import { isIPv6, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type AttemptStage } from '@billing-mail/contracts';
import { type SmtpFact } from '@billing-mail/mail-core';
import { parseCapabilities } from './capabilities.js';
import { connectToAny, secureSocket, type Connected } from './connecting.js';
import { type KnownServer } from './known-servers.js';
import { Link } from './link.js';
import { isAddressAllowed, isPortAllowed } from './network-policy.js';
import { isSuccess, replyFact, replyText, type Reply } from './reply.js';
import { resolveHost } from './resolving.js';
import { LinkSession, type SmtpSession } from './session.js';
import { type NetworkPolicy, type SmtpServer, type Timeouts } from './smtp-server.js';
import { Speaker } from './speaking.js';
import { StepClock, type StepListener } from './step-clock.js';

export type SessionOptions = {
  policy: NetworkPolicy;
  timeouts: Timeouts;
  /** Our name in EHLO: a host name, or an address in brackets. */
  clientName: string;
  /** Told of every step as it is done, also of those of `session.send`. */
  onStep?: StepListener;
  /** DNS servers (`address:port`) to ask in place of the system's. */
  dnsServers?: readonly string[];
  /** Aborted while the session is being opened, it ends that at once. Not to be aborted later: `session.close` is for that. */
  opening?: AbortSignal;
  /** What is remembered of this server, and learns from this session. */
  known?: KnownServer;
};

export type OpenResult =
  | { ok: true; session: SmtpSession }
  /** `server` is `host:port`; `tls` the TLS version where the conversation had come that far. */
  | { ok: false; fact: SmtpFact; server: string; tls: string | null };

type Step<T> = ({ ok: true } & T) | { ok: false; fact: SmtpFact };

const CLOSED: SmtpFact = { kind: 'network', stage: 'greeting', reason: 'closed', text: 'the connection is closed' };

const failed = (fact: SmtpFact): { ok: false; fact: SmtpFact } => ({ ok: false, fact });

/** `host:port` as logs and users see it. */
export const serverLabel = (server: Pick<SmtpServer, 'host' | 'port'>): string =>
  `${isIPv6(server.host) ? `[${server.host}]` : server.host}:${server.port}`;

/** Opens a session, or tells by one fact why there is none. Leaves no socket and no timer behind when it fails. */
export async function openSession(server: SmtpServer, options: SessionOptions): Promise<OpenResult> {
  if (!/^[A-Za-z0-9.:[\]-]+$/.test(options.clientName)) throw new TypeError('clientName must be a host name');
  const steps = new StepClock(options.onStep);
  let tls: string | null = null;
  const fail = (fact: SmtpFact): OpenResult => {
    steps.failed(fact);
    return { ok: false, fact, server: serverLabel(server), tls };
  };
  if (server.auth.type === 'password' && server.security === 'none') {
    return fail({ kind: 'unsupported', stage: 'auth', reason: 'auth', text: 'a password is not sent over an unencrypted connection' });
  }
  const vetted = await vetAddresses(server, options, steps);
  if (!vetted.ok) return fail(vetted.fact);
  const connected = await connectToAny(vetted.addresses, server.port, options.timeouts.connectMs, options.opening);
  if (!connected.ok) return fail(connected.fact);
  const { address } = connected;
  steps.passed('connect', `${address}:${server.port}`);
  const greeted = await greet(connected.socket, server, options, steps);
  if (!greeted.ok) return fail(greeted.fact);
  const { link, greeting } = greeted;
  if (link.socket instanceof TLSSocket) tls = link.socket.getProtocol();

  const speaker = new Speaker(link, greeting, server, options.clientName);
  const introduced = await speaker.introduce();
  if (!introduced.ok) return fail(introduced.fact);
  const { capabilities } = introduced;
  steps.passed('greeting', replyText(greeting));
  if (server.auth.type === 'password') {
    const refusal = await speaker.signIn(server.auth, capabilities.authMechanisms);
    if (refusal !== null) {
      const refused = fail(refusal);
      speaker.letGo();
      await link.quit();
      return refused;
    }
    steps.passed('auth', server.auth.username);
  }
  speaker.letGo();
  link.rest();
  const remote = { host: server.host, address, port: server.port };
  return { ok: true, session: new LinkSession(link, { tls, remote, capabilities }, options.onStep) };
}

async function vetAddresses(server: SmtpServer, options: SessionOptions, steps: StepClock): Promise<Step<{ addresses: string[] }>> {
  const { policy, timeouts } = options;
  const isFree = server.trusted === true;
  if (!isFree && !isPortAllowed(server.port, policy)) {
    return failed({
      kind: 'address',
      stage: 'dns',
      reason: 'port_forbidden',
      text: `port ${server.port} is not one that mail may be sent to`,
    });
  }
  const resolved = await resolveHost(server.host, timeouts.connectMs, options.dnsServers);
  // One address out of bounds spoils the name: which one gets connected to is not ours to choose (DNS rebinding).
  if (resolved.ok && !isFree && !resolved.addresses.every((address) => isAddressAllowed(address, policy))) {
    return failed({
      kind: 'address',
      stage: 'dns',
      reason: 'host_forbidden',
      // The address itself is not told: it may be one of ours.
      text: `${server.host} leads to a network that is not public`,
    });
  }
  steps.passed('policy', serverLabel(server));
  if (resolved.ok) steps.passed('dns', resolved.addresses.join(', '));
  return resolved;
}

/** Reads the greeting and sets up TLS, both before nodemailer comes in. */
async function greet(
  plain: Socket,
  server: SmtpServer,
  options: SessionOptions,
  steps: StepClock,
): Promise<Step<{ link: Link; greeting: Reply }>> {
  const { timeouts } = options;
  const link = (socket: Socket) => new Link(socket, timeouts, secretsOf(server.auth));
  if (server.security !== 'tls') {
    const first = link(plain);
    const greeted = await readGreeting(first);
    if (!greeted.ok || server.security === 'none') return greeted.ok ? { ok: true, link: first, greeting: greeted.reply } : greeted;
    const agreed = await agreeOnTls(first, options.clientName);
    if (!agreed.ok) return agreed;
    const secured = await secure(first.detach(), server, options, steps);
    return secured.ok ? { ok: true, link: link(secured.socket), greeting: greeted.reply } : secured;
  }
  const secured = await secure(plain, server, options, steps);
  if (!secured.ok) return secured;
  const encrypted = link(secured.socket);
  const greeted = await readGreeting(encrypted);
  return greeted.ok ? { ok: true, link: encrypted, greeting: greeted.reply } : greeted;
}

async function secure(plain: Socket, server: SmtpServer, options: SessionOptions, steps: StepClock): Promise<Connected<TLSSocket>> {
  const secured = await secureSocket(plain, server, options.timeouts.connectMs, options.known);
  if (secured.ok) steps.passed('tls', secured.socket.getProtocol() ?? 'TLS');
  return secured;
}

const readGreeting = (link: Link) => expectReply(link, link.awaitGreeting(), 'greeting', (reply) => reply.code === 220);

// RFC 3207: required here, so a server that does not offer it is not spoken to in clear.
async function agreeOnTls(link: Link, clientName: string): Promise<Step<object>> {
  const hello = await expectReply(link, link.exchange(`EHLO ${clientName}\r\n`, 'greeting'), 'greeting', isSuccess);
  if (!hello.ok) return hello;
  if (!parseCapabilities(hello.reply).startTls) {
    link.abandon();
    return failed({ kind: 'tls', stage: 'tls', reason: 'starttls_missing', text: 'the server does not offer STARTTLS' });
  }
  return expectReply(link, link.exchange('STARTTLS\r\n', 'tls'), 'tls', isSuccess);
}

/** The reply if it is as hoped for; otherwise the link is ended and its fact told. */
async function expectReply(
  link: Link,
  awaited: Promise<Reply | null>,
  stage: AttemptStage,
  isHopedFor: (reply: Reply) => boolean,
): Promise<Step<{ reply: Reply }>> {
  const reply = await awaited;
  if (reply !== null && link.failure === null && isHopedFor(reply)) return { ok: true, reply };
  link.end(reply === null ? CLOSED : replyFact(stage, reply));
  return failed(link.failure ?? CLOSED);
}

/** The forms in which a password goes out, and could come back in a reply. */
function secretsOf(auth: SmtpServer['auth']): string[] {
  if (auth.type === 'none') return [];
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return [base64(`\0${auth.username}\0${auth.password}`), base64(auth.password), auth.password].filter((form) => form !== '');
}
