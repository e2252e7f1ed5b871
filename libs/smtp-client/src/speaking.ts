// The only place that uses nodemailer's SMTPConnection: it sends EHLO and signs in, and then lets the link go.
import { type Socket } from 'node:net';
import SMTPConnection, { type SMTPConnectionCustomAuthContext } from 'nodemailer/lib/smtp-connection';
import { type SmtpFact } from '@billing-mail/mail-core';
import { NO_CAPABILITIES, parseCapabilities } from './capabilities.js';
import { type Link } from './link.js';
import { NodemailerSocket } from './nodemailer-socket.js';
import { isPositive, isSuccess, replyFact, type Reply } from './reply.js';
import { type Credentials, isToken, secretOf } from './signing-in/credentials.js';
import { TokenRefused, type Mechanism } from './signing-in/mechanism.js';
import { waysToSignIn, whyUnsayable } from './signing-in/ways-to-sign-in.js';
import { type Capabilities, type SmtpServer } from './smtp-server.js';

// The link enforces all time limits exactly. nodemailer starts its own at other moments, so they get the longest time that a timer allows.
const NEVER_MS = 2 ** 31 - 1;

/** Sends EHLO and signs in over a link on which the greeting has been read and, if it is configured, TLS has been set up. */
export class Speaker {
  private readonly socket: NodemailerSocket;
  private readonly connection: SMTPConnection;
  private readonly ways: readonly Mechanism[];
  private trouble: SmtpFact | null = null;
  private onTrouble: () => void = () => undefined;

  constructor(
    private readonly link: Link,
    greeting: Reply,
    { host, port, auth }: SmtpServer,
    clientName: string,
  ) {
    this.ways = auth.type === 'none' ? [] : waysToSignIn(auth, { host, port });
    this.socket = new NodemailerSocket(link, greeting);
    this.connection = new SMTPConnection({
      // The stand-in has only the parts of a socket that nodemailer uses, while its type requires all of them.
      connection: this.socket as unknown as Socket,
      host,
      port,
      name: clientName,
      secure: false,
      ignoreTLS: true,
      customAuth: Object.fromEntries(this.ways.flatMap(asNodemailerCallsIt)),
      connectionTimeout: NEVER_MS,
      greetingTimeout: NEVER_MS,
      socketTimeout: NEVER_MS,
      socketCloseTimeout: 0,
    });
    this.connection.on('error', (error: Error) => {
      this.trouble ??= this.factOf(error);
      // nodemailer closes its socket now, but we end the link ourselves, with QUIT.
      this.socket.letGo();
      this.onTrouble();
    });
  }

  /** Sends EHLO, or HELO if the server does not know EHLO. A failure ends the link. */
  async introduce(): Promise<{ ok: true; capabilities: Capabilities } | { ok: false; fact: SmtpFact }> {
    const failure = await this.failureOf((done) => this.connection.connect(done));
    const { ehlo } = this.socket;
    if (failure !== null) {
      // HELO was the second attempt. A server that hangs up on it gave its reason in the reply to EHLO.
      const fact = failure.kind === 'network' && ehlo !== null && !isPositive(ehlo) ? replyFact('greeting', ehlo) : failure;
      this.letGo();
      await this.link.quit();
      return { ok: false, fact };
    }
    return { ok: true, capabilities: ehlo !== null && isSuccess(ehlo) ? parseCapabilities(ehlo) : NO_CAPABILITIES };
  }

  /**
   * Signs in by the best mechanism that the server offers and accepts. Resolves to `null` on success. A refusal leaves the link open. Of
   * several refusals, the one of the password or token counts: the others are about the mechanism.
   */
  async signIn(credentials: Credentials, offered: readonly string[]): Promise<SmtpFact | null> {
    const unsayable = whyUnsayable(credentials);
    if (unsayable !== null) return notPossible(unsayable);
    let last = notPossible(
      offered.length === 0 ? 'the server offers no sign-in' : `the server offers only ${offered.join(', ')} for sign-in`,
    );
    let ofSecret: SmtpFact | null = null;
    for (const way of this.ways.filter(({ name }) => offered.includes(name))) {
      const { fact, isExplained } = await this.signInBy(way, credentials);
      if (fact === null) return null;
      last = fact;
      // Some servers answer 535 to a mechanism that they offer but do not support. After a 535 only one more mechanism is tried, because
      // servers also count wrong passwords.
      if (isExplained || ofSecret !== null || this.link.failure !== null) break;
      if (isAboutSecret(fact)) ofSecret = fact;
      else if (!isAboutMechanism(fact)) break;
    }
    return ofSecret ?? last;
  }

  /** `isExplained`: the server has said why it refuses the token, so it knows the mechanism. */
  private async signInBy(way: Mechanism, credentials: Credentials): Promise<{ fact: SmtpFact | null; isExplained: boolean }> {
    const [user, pass] = [credentials.username, secretOf(credentials)];
    let explanation: string | null = null;
    const fact = await this.failureOf((done) =>
      this.connection.login({ method: nodemailerName(way), user, pass }, (problem) => {
        if (problem instanceof TokenRefused) explanation = this.link.redact(problem.told);
        done(problem);
      }),
    );
    const isTold = fact?.kind === 'reply' && isToken(credentials);
    return { fact: isTold ? { ...fact, text: withWords(fact.text, explanation), byToken: true } : fact, isExplained: explanation !== null };
  }

  /** Detaches nodemailer from the link, which stays as it is. */
  letGo(): void {
    this.socket.letGo();
    this.connection.close();
  }

  /** Runs one call of nodemailer until its callback, its `error` event or the end of the link. Resolves to `null` on success. */
  private async failureOf(call: (done: (error?: Error | null) => void) => void): Promise<SmtpFact | null> {
    const error = await this.link.orEnd(
      new Promise<Error | null>((resolve) => {
        this.onTrouble = () => resolve(null);
        if (this.trouble === null) call((problem) => resolve(problem ?? null));
        else resolve(null);
      }),
    );
    return this.link.failure ?? this.trouble ?? (error === null ? null : this.factOf(error));
  }

  private factOf(error: Error): SmtpFact {
    const { lastReply } = this.socket;
    const stage = this.link.currentStage;
    return lastReply !== null && !isPositive(lastReply) ? replyFact(stage, lastReply) : { kind: 'protocol', stage, text: error.message };
  }
}

const withWords = (text: string, words: string | null): string => (words === null || words === '' ? text : `${text} (${words})`);

const notPossible = (text: string): SmtpFact => ({ kind: 'unsupported', stage: 'auth', reason: 'auth', text });

const isAboutSecret = (fact: SmtpFact): boolean => fact.kind === 'reply' && fact.code === 535;

/**
 * RFC 5321 4.2.4 and RFC 4954 6: the server does not know the command or the mechanism, or finds the mechanism too weak (534 5.7.9), but
 * may accept another one. A 534 with another status (Google's 5.7.14, "log in via your web browser") is about the account.
 */
const isAboutMechanism = (fact: SmtpFact): boolean =>
  fact.kind === 'reply' && ((fact.code >= 500 && fact.code <= 504) || (fact.code === 534 && (fact.enhancedCode ?? '5.7.9') === '5.7.9'));

/**
 * Gives our own mechanisms a name that nodemailer does not know. Given "XOAUTH2" without its own kind of token, nodemailer would choose
 * another mechanism and send the token as a password.
 */
const nodemailerName = ({ name, signIn }: Mechanism): string => (signIn === undefined ? name : `OUR-${name}`);

type NodemailerWay = [name: string, handler: (context: SMTPConnectionCustomAuthContext) => Promise<void>];

function asNodemailerCallsIt(way: Mechanism): NodemailerWay[] {
  const { signIn } = way;
  if (signIn === undefined) return [];
  return [[nodemailerName(way), (context) => signIn(async (line) => (await context.sendCommand(line)).response)]];
}
