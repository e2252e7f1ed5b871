// Connects to the first address of a server that works: TCP, TLS if it is configured, greeting and EHLO.
import { isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type AttemptStage } from '@billing-mail/contracts';
import { type SmtpFact } from '@billing-mail/mail-core';
import { parseCapabilities } from './capabilities.js';
import { connectTo, secureSocket, type Connected } from './connecting.js';
import { Link } from './link.js';
import { redactionOf } from './redacting.js';
import { isSuccess, replyFact, replyText, type Reply } from './reply.js';
import { type SessionOptions } from './session-options.js';
import { type Capabilities, type SmtpServer, type Timeouts } from './smtp-server.js';
import { Speaker } from './speaking.js';
import { type StepClock } from './step-clock.js';

/** A server that was reached at one of its addresses. */
export type Reached = { link: Link; speaker: Speaker; capabilities: Capabilities; address: string; tls: string | null };
/** `tls`: the TLS version if TLS was set up before the failure. */
export type NotReached = { ok: false; fact: SmtpFact; tls: string | null };

export type Step<T> = ({ ok: true } & T) | { ok: false; fact: SmtpFact };

/** Twice as many as large providers list. The limit keeps a name from making us connect to hundreds of addresses. */
export const ADDRESSES_AT_MOST = 32;
/** No further address is tried after this many times the longest wait, so that a try ends soon even if all machines are silent. */
const WAITS_IN_ALL = 4;
/** How many failed addresses the report describes; further ones are only counted. */
const TOLD_IN_FULL = 4;

const CLOSED: SmtpFact = { kind: 'network', stage: 'greeting', reason: 'closed', text: 'the connection is closed' };

export const failed = (fact: SmtpFact): { ok: false; fact: SmtpFact } => ({ ok: false, fact });

/**
 * Tries the addresses of the server one after the other, until one has greeted us, encrypted the connection and answered EHLO: if one machine is
 * dead, silent, overloaded or has no certificate, the others may still work. What is the same for all of them, such as the password, is
 * tried later. If all fail, reports the failure of the address that got furthest.
 */
export async function reachAny(
  server: SmtpServer,
  addresses: readonly string[],
  options: SessionOptions,
  steps: StepClock,
): Promise<({ ok: true } & Reached) | NotReached> {
  const candidates = options.known?.inOrder(addresses) ?? addresses;
  const shares = sharesOf(options.timeouts, candidates.length);
  const failures: NotReached[] = [];
  const endsAt = performance.now() + WAITS_IN_ALL * Math.max(options.timeouts.connectMs, options.timeouts.replyMs);
  for (const address of candidates) {
    const attempt = new Attempt(server, address, { ...options, timeouts: shares }, steps);
    const reached = await attempt.reach(failures.length);
    if (reached.ok) {
      if (failures.length > 0) options.known?.learnAddress(address);
      reached.link.allow(options.timeouts);
      return reached;
    }
    failures.push({ ...reached, tls: attempt.tls });
    if (options.opening?.aborted === true || performance.now() >= endsAt) break;
  }
  return furthestOf(failures, server.security);
}

/** One or two addresses get the whole time each, more of them at least half of it each: a busy machine may take that long to greet. */
function sharesOf({ connectMs, replyMs, finalReplyMs }: Timeouts, count: number): Timeouts {
  const share = (ms: number): number => Math.min(ms, Math.max((2 * ms) / count, ms / 2));
  return { connectMs: share(connectMs), replyMs: share(replyMs), finalReplyMs };
}

function furthestOf(failures: readonly NotReached[], security: SmtpServer['security']): NotReached {
  const stages: AttemptStage[] = security === 'tls' ? ['connect', 'tls', 'greeting'] : ['connect', 'greeting', 'tls'];
  // An address without a route counts as the least progress.
  const progress = ({ fact }: NotReached): number => (isUnroutable(fact) ? -1 : stages.indexOf(fact.stage));
  const [first, ...others] = failures;
  if (first === undefined) throw new TypeError('no address to connect to');
  const furthest = others.reduce((best, one) => (progress(one) > progress(best) ? one : best), first);
  if (!failures.every(({ fact }) => fact.kind === 'network')) return furthest;
  const told = failures.slice(0, TOLD_IN_FULL).map(({ fact }) => fact.text);
  if (failures.length > told.length) told.push(`and so at ${failures.length - told.length} more`);
  return { ...furthest, fact: { ...furthest.fact, text: told.join('; ') } };
}

const isUnroutable = (fact: SmtpFact): boolean => fact.kind === 'network' && fact.reason === 'unroutable';

/** Tries one address, from the connection to EHLO. Leaves no socket and no timer behind when it fails. */
class Attempt {
  tls: string | null = null;
  private hasResumed = false;
  private isRepeated = false;

  constructor(
    private readonly server: SmtpServer,
    private readonly address: string,
    private readonly options: SessionOptions,
    private readonly steps: StepClock,
  ) {}

  /** If the connection breaks while a TLS session is resumed, resuming may be the reason, so this connects once more without it. */
  async reach(failuresBefore: number): Promise<Step<Reached>> {
    const reached = await this.reachOnce(failuresBefore);
    if (reached.ok || !this.hasResumed || !isBrokenOff(reached.fact) || this.options.opening?.aborted === true) return reached;
    this.isRepeated = true;
    const again = await this.reachOnce(failuresBefore);
    if (again.ok) this.options.known?.learnBadResuming();
    return again;
  }

  private async reachOnce(failuresBefore: number): Promise<Step<Reached>> {
    const { server, address } = this;
    this.tls = null;
    const connected = await connectTo(address, server.port, this.options.timeouts.connectMs, this.options.opening);
    if (!connected.ok) return connected;
    const place = `${isIP(address) === 6 ? `[${address}]` : address}:${server.port}`;
    this.steps.passed(
      'connect',
      failuresBefore === 0 ? place : `${place}, after ${failuresBefore} other address(es) did not work`,
      address,
    );
    this.options.dialogue?.noted(`connected to ${place}`);
    const greeted = await this.greet(connected.socket);
    if (!greeted.ok) return greeted;
    const { link, greeting } = greeted;
    const speaker = new Speaker(link, greeting, server, this.options.clientName);
    const introduced = await speaker.introduce();
    if (!introduced.ok) return introduced;
    this.steps.passed('greeting', replyText(greeting));
    return { ok: true, link, speaker, capabilities: introduced.capabilities, address, tls: this.tls };
  }

  /** Reads the greeting and sets up TLS, both before nodemailer takes part. */
  private async greet(plain: Socket): Promise<Step<{ link: Link; greeting: Reply }>> {
    const { security } = this.server;
    if (security !== 'tls') {
      const first = this.linkOn(plain);
      const greeted = await readGreeting(first);
      if (!greeted.ok || security === 'none') return greeted.ok ? { ok: true, link: first, greeting: greeted.reply } : greeted;
      const agreed = await agreeOnTls(first, this.options.clientName);
      if (!agreed.ok) return agreed;
      const secured = await this.secure(first.detach());
      return secured.ok ? { ok: true, link: this.linkOn(secured.socket), greeting: greeted.reply } : secured;
    }
    const secured = await this.secure(plain);
    if (!secured.ok) return secured;
    const encrypted = this.linkOn(secured.socket);
    const greeted = await readGreeting(encrypted);
    return greeted.ok ? { ok: true, link: encrypted, greeting: greeted.reply } : greeted;
  }

  private linkOn(socket: Socket): Link {
    const link = new Link(socket, this.options.timeouts, redactionOf(this.server.auth));
    link.record(this.options.dialogue ?? null);
    return link;
  }

  private async secure(plain: Socket): Promise<Connected<TLSSocket>> {
    // A resumed session shows no certificate, and a pinned one must be checked.
    const known = this.server.pin === undefined ? this.options.known : undefined;
    const session = this.isRepeated ? undefined : known?.tlsSession;
    this.hasResumed = session !== undefined;
    const secured = await secureSocket(plain, this.server, this.options.timeouts.connectMs, {
      ...(session === undefined ? {} : { session }),
      ...(known === undefined ? {} : { onSession: (fresh) => (known.tlsSession = fresh) }),
    });
    if (!secured.ok) {
      // The remembered TLS session may be the reason.
      if (known !== undefined) known.tlsSession = undefined;
      return secured;
    }
    this.tls = secured.socket.getProtocol();
    this.steps.passed('tls', this.tls ?? 'TLS');
    this.options.dialogue?.noted(this.tls ?? 'TLS');
    return secured;
  }
}

/** Our own objections to the server's certificate. Resuming cannot be their reason, because a resumed session shows no certificate. */
const OBJECTIONS: ReadonlySet<string> = new Set(['untrusted', 'incomplete', 'expired', 'not_yet_valid', 'wrong_host', 'not_pinned']);

/** Whether the server broke off the handshake or the connection. A time-out does not count, because we have waited long enough by then. */
const isBrokenOff = (fact: SmtpFact): boolean =>
  (fact.kind === 'tls' && !OBJECTIONS.has(fact.reason)) || (fact.kind === 'network' && fact.reason !== 'timeout');

const readGreeting = (link: Link) => expectReply(link, link.awaitGreeting(), 'greeting', (reply) => reply.code === 220);

// STARTTLS (RFC 3207) is required here: if the server does not offer it, we do not go on unencrypted.
async function agreeOnTls(link: Link, clientName: string): Promise<Step<object>> {
  const hello = await expectReply(link, link.exchange(`EHLO ${clientName}\r\n`, 'greeting'), 'greeting', isSuccess);
  if (!hello.ok) return hello;
  if (!parseCapabilities(hello.reply).startTls) {
    await link.quit();
    return failed({ kind: 'tls', stage: 'tls', reason: 'starttls_missing', text: 'the server does not offer STARTTLS' });
  }
  return expectReply(link, link.exchange('STARTTLS\r\n', 'tls'), 'tls', isSuccess);
}

/** Resolves to the hoped-for reply. Otherwise sends QUIT first: servers count dropped connections against us (RFC 5321 4.1.1.10). */
async function expectReply(
  link: Link,
  awaited: Promise<Reply | null>,
  stage: AttemptStage,
  isHopedFor: (reply: Reply) => boolean,
): Promise<Step<{ reply: Reply }>> {
  const reply = await awaited;
  if (link.failure !== null || reply === null) return failed(link.failure ?? CLOSED);
  if (isHopedFor(reply)) return { ok: true, reply };
  await link.quit();
  return failed(replyFact(stage, reply));
}
