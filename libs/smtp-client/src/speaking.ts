// The one place that holds nodemailer's SMTPConnection: it introduces us and signs in, and then lets the link go.
import { type Socket } from 'node:net';
import SMTPConnection, { type SMTPConnectionCustomAuthContext } from 'nodemailer/lib/smtp-connection';
import { type SmtpFact } from '@billing-mail/mail-core';
import { NO_CAPABILITIES, parseCapabilities } from './capabilities.js';
import { type Link } from './link.js';
import { NodemailerSocket } from './nodemailer-socket.js';
import { isPositive, isSuccess, replyFact, type Reply } from './reply.js';
import { type Capabilities, type SmtpServer } from './smtp-server.js';

type Login = Exclude<SmtpServer['auth'], { type: 'none' }>;
type PasswordLogin = Extract<Login, { type: 'password' }>;

// The link keeps all times, and exactly; nodemailer's own run from other moments. The longest that a Node timer can wait.
const NEVER_MS = 2 ** 31 - 1;

// What nodemailer speaks, best first: over TLS the plain ones are as good as any and understood best.
const MECHANISMS = ['PLAIN', 'LOGIN', 'CRAM-MD5'] as const;

/** Speaks over a link that is greeted, and encrypted where that was asked for. */
export class Speaker {
  private readonly socket: NodemailerSocket;
  private readonly connection: SMTPConnection;
  private trouble: SmtpFact | null = null;
  private onTrouble: () => void = () => undefined;

  constructor(
    private readonly link: Link,
    greeting: Reply,
    { host, port }: SmtpServer,
    clientName: string,
  ) {
    this.socket = new NodemailerSocket(link, greeting);
    this.connection = new SMTPConnection({
      // The class of the stand-in tells which parts of a socket are there; nodemailer's type asks for all of them.
      connection: this.socket as unknown as Socket,
      host,
      port,
      name: clientName,
      secure: false,
      ignoreTLS: true,
      customAuth: { PLAIN: signInPlainly },
      connectionTimeout: NEVER_MS,
      greetingTimeout: NEVER_MS,
      socketTimeout: NEVER_MS,
      socketCloseTimeout: 0,
    });
    this.connection.on('error', (error: Error) => {
      this.trouble ??= this.factOf(error);
      // nodemailer closes its socket now; the link is for us to end, with QUIT.
      this.socket.letGo();
      this.onTrouble();
    });
  }

  /** EHLO, or HELO where the server knows nothing newer. A failure ends the link. */
  async introduce(): Promise<{ ok: true; capabilities: Capabilities } | { ok: false; fact: SmtpFact }> {
    const failure = await this.failureOf((done) => this.connection.connect(done));
    const { ehlo } = this.socket;
    if (failure !== null) {
      // HELO was a second attempt: a server that hangs up on it has said why before.
      const fact = failure.kind === 'network' && ehlo !== null && !isPositive(ehlo) ? replyFact('greeting', ehlo) : failure;
      this.letGo();
      await this.link.quit();
      return { ok: false, fact };
    }
    return { ok: true, capabilities: ehlo !== null && isSuccess(ehlo) ? parseCapabilities(ehlo) : NO_CAPABILITIES };
  }

  /**
   * Signs in by the best mechanism that the server offers and takes; `null` when that went well. A refusal leaves the link open. Of several
   * refusals the one of the password counts: the others are about the way to give it.
   */
  async signIn(login: Login, offered: readonly string[]): Promise<SmtpFact | null> {
    let last: SmtpFact = {
      kind: 'unsupported',
      stage: 'auth',
      reason: 'auth',
      text: offered.length === 0 ? 'the server offers no sign-in' : `the server offers only ${offered.join(', ')} to sign in`,
    };
    if (login.type === 'bearer') return last;
    const { username, password }: PasswordLogin = login;
    let ofPassword: SmtpFact | null = null;
    for (const method of MECHANISMS.filter((mechanism) => offered.includes(mechanism))) {
      const fact = await this.failureOf((done) => this.connection.login({ method, user: username, pass: password }, done));
      if (fact === null) return null;
      last = fact;
      // Some servers say 535 to a mechanism that they offer and do not have. Once more, and no further: they also count wrong passwords.
      if (ofPassword !== null || this.link.failure !== null) break;
      if (isAboutPassword(fact)) ofPassword = fact;
      else if (!isAboutMechanism(fact)) break;
    }
    return ofPassword ?? last;
  }

  /** From here on nodemailer has no part in the link, which stays as it is. */
  letGo(): void {
    this.socket.letGo();
    this.connection.close();
  }

  /** Runs one call of nodemailer to its callback, to its trouble or to the end of the link; `null` when it went well. */
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

const isAboutPassword = (fact: SmtpFact): boolean => fact.kind === 'reply' && fact.code === 535;

/**
 * RFC 5321 4.2.4 and RFC 4954 6: the command, or the way to sign in, is not known or too weak (534 5.7.9); another one may be taken. Another
 * status of 534 (Google's 5.7.14, "log in via your web browser") is about the account.
 */
const isAboutMechanism = (fact: SmtpFact): boolean =>
  fact.kind === 'reply' && ((fact.code >= 500 && fact.code <= 504) || (fact.code === 534 && (fact.enhancedCode ?? '5.7.9') === '5.7.9'));

/** What nodemailer does not do: a server that asks for what came with AUTH (RFC 4954 4 lets it) gets it again. */
async function signInPlainly(context: SMTPConnectionCustomAuthContext): Promise<void> {
  const { user, pass } = context.auth.credentials;
  const token = Buffer.from(`\0${user}\0${pass}`).toString('base64');
  const first = await context.sendCommand(`AUTH PLAIN ${token}`);
  const answer = first.response.startsWith('334') ? await context.sendCommand(token) : first;
  if (!answer.response.startsWith('2')) throw new Error('sign-in is refused');
}
