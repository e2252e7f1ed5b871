// Receives mail to return paths by SMTP, and nothing else. It answers 250 once the consequences are committed, and never sends mail.
import { readFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type ReturnPath } from '@billing-mail/mail-core';
import { type Logger, networkOf, TroubleLog, within } from '@billing-mail/platform';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { ReturnPaths } from '../records/return-paths.js';
import { bouncesIgnored } from './bounce.metrics.js';
import { selfMadeCertificate } from './listener-certificate.js';
import { READ_BYTES, TakeReport } from './take-report.js';

/**
 * Some servers return the whole document. This is above the largest one that we send, in base64. Only the first `READ_BYTES` of a mail are
 * kept.
 */
const MOST_BYTES = 40 * 1024 * 1024;
/** Servers use one connection for several reports, so few connections serve many. Each holds at most one megabyte. */
const MOST_CONNECTIONS = 50;
const MOST_CONNECTIONS_OF_ONE = 20;
/** Includes connections that are not greeted yet or are being closed, which hold no memory. */
const MOST_SOCKETS = 4 * MOST_CONNECTIONS;
/** Mails that one network may send in a minute: a mass run that bounces completely still gets through within the hour. */
const MAILS_A_MINUTE = 3000;
/** Unknown recipients that one network may try in a minute. Our own return paths are never unknown, so such a client guesses. */
const GUESSES_A_MINUTE = 60;
/** RFC 5321, 4.5.3.2 would allow five minutes, but a silent client takes the place of another. */
const SILENCE_MS = 60_000;
/** Limit for the whole mail, which also stops clients that send a byte now and then. */
const MAIL_MS = 300_000;
const CLOSE_MS = 2000;

/** A refusal that is sent to the client: a reply code, and a text that begins with an enhanced status code (RFC 3463). */
class Refusal extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
  ) {
    super(message);
  }
}

const noSuchUser = () => new Refusal(550, '5.1.1 There is nobody of that name here');
const comeBack = () => new Refusal(451, '4.3.0 Not recorded; send it again');
const tooOften = () => new Refusal(421, '4.7.0 Too much at once; come back later');

@Injectable()
export class BounceListener implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private server: SMTPServer | null = null;
  private readonly trouble: TroubleLog;
  private readonly mails = new RateLimiterMemory({ points: MAILS_A_MINUTE, duration: 60 });
  private readonly guesses = new RateLimiterMemory({ points: GUESSES_A_MINUTE, duration: 60 });
  /** Admitted sessions and their networks, the oldest first. */
  private readonly places = new Map<SMTPServerSession, string>();
  /** Sessions that have named a valid return path. */
  private readonly believed = new WeakSet<SMTPServerSession>();
  private readonly paths = new WeakMap<SMTPServerSession, ReturnPath[]>();

  constructor(
    @Inject(DISPATCHER_ENV) private readonly env: DispatcherEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly returnPaths: ReturnPaths,
    private readonly reports: TakeReport,
  ) {
    this.trouble = new TroubleLog(logger);
  }

  /** The port that it listens on; `null` if it does not listen. */
  get port(): number | null {
    return this.server === null ? null : (this.server.server.address() as AddressInfo).port;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { BOUNCE_SMTP_PORT: port, BOUNCE_SMTP_HOST: host } = this.env;
    if (port === undefined) return;
    const server = this.createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => (server.off('error', reject), resolve()));
    });
    // Nothing to do: the client of a broken connection sends its mail again.
    server.on('error', (error) => this.logger.debug({ step: 'bounce', err: error }, 'a connection to the bounce listener broke'));
    this.server = server;
    this.logger.info({ step: 'bounce', port: this.port }, 'reports on deliveries are taken by SMTP');
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (server !== null) await within(CLOSE_MS, new Promise<void>((resolve) => server.close(resolve)));
  }

  private createServer(): SMTPServer {
    return new SMTPServer({
      name: this.env.BOUNCE_DOMAIN,
      banner: 'Reports on deliveries only',
      disabledCommands: ['AUTH'],
      ...this.certificate(),
      size: MOST_BYTES,
      maxClients: MOST_SOCKETS,
      socketTimeout: SILENCE_MS,
      closeTimeout: CLOSE_MS / 2,
      disableReverseLookup: true,
      logger: false,
      onConnect: (session, callback) => callback(this.admit(session) ? null : tooOften()),
      onClose: (session) => void this.places.delete(session),
      onMailFrom: (_address, session, callback) => {
        this.paths.set(session, []);
        void this.withinLimit(this.mails, session).then((is) => callback(is ? null : tooOften()));
      },
      onRcptTo: (address, session, callback) => void this.checkRecipient(address, session).then(callback),
      onData: (stream, session, callback) => void this.receive(stream, session).then(() => callback(null), callback),
    });
  }

  private certificate(): { key: string | Buffer; cert: string | Buffer } {
    const { BOUNCE_TLS_CERT_FILE: cert, BOUNCE_TLS_KEY_FILE: key, BOUNCE_DOMAIN: domain = 'localhost' } = this.env;
    if (cert === undefined || key === undefined) return selfMadeCertificate(domain);
    return { key: readFileSync(key), cert: readFileSync(cert) };
  }

  private admit(session: SMTPServerSession): boolean {
    const network = networkOf(session.remoteAddress);
    const ofNetwork = [...this.places.values()].filter((other) => other === network).length;
    if (ofNetwork < MOST_CONNECTIONS_OF_ONE && (this.places.size < MOST_CONNECTIONS || this.makeRoom())) {
      this.places.set(session, network);
      return true;
    }
    bouncesIgnored.inc({ reason: 'too_many_connections' });
    return false;
  }

  /** Ends the oldest session that has named no return path yet, as genuine reports name theirs at once. Returns false if there is none. */
  private makeRoom(): boolean {
    const session = [...this.places.keys()].find((each) => !this.believed.has(each));
    if (session === undefined) return false;
    this.places.delete(session);
    for (const connection of this.server?.connections ?? [])
      // `send` with 421 closes the connection.
      if (connection.session === session) connection.send(421, '4.3.2 Too busy; try again when you have a report to deliver');
    bouncesIgnored.inc({ reason: 'made_room' });
    return true;
  }

  private async checkRecipient({ address }: SMTPServerAddress, session: SMTPServerSession): Promise<Refusal | null> {
    const path = this.returnPaths.read(address);
    if (typeof path === 'string') {
      bouncesIgnored.inc({ reason: path });
      return (await this.withinLimit(this.guesses, session)) ? noSuchUser() : tooOften();
    }
    const paths = this.paths.get(session) ?? [];
    // A report concerns one message. A client that writes to the return paths of several has collected them.
    if (paths.some(({ deliveryId }) => deliveryId !== path.deliveryId)) return new Refusal(452, '4.5.3 One recipient at a time');
    this.paths.set(session, [...paths, path]);
    this.believed.add(session);
    return null;
  }

  /** Resolves once the report is committed. An error is answered with a temporary failure, so that the client sends it again. */
  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const raw = await this.collect(stream);
    try {
      for (const path of this.paths.get(session) ?? []) await this.reports.take(path, raw);
    } catch (error) {
      this.trouble.tell(error as Error, { step: 'bounce' }, 'could not record a report on a delivery');
      throw comeBack();
    }
  }

  /** Reads the mail and keeps its beginning. A mail that is too large is refused at its end. */
  private async collect(stream: SMTPServerDataStream): Promise<Buffer> {
    const kept: Buffer[] = [];
    const since = performance.now();
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (bytes < READ_BYTES) kept.push(chunk);
      bytes += chunk.length;
      if (performance.now() - since > MAIL_MS) throw new Refusal(451, '4.4.2 Too slow');
    }
    if (!stream.sizeExceeded) return Buffer.concat(kept);
    bouncesIgnored.inc({ reason: 'too_large' });
    throw new Refusal(552, '5.3.4 Too large');
  }

  private async withinLimit(limiter: RateLimiterMemory, session: SMTPServerSession): Promise<boolean> {
    try {
      await limiter.consume(networkOf(session.remoteAddress));
      return true;
    } catch (error) {
      if (error instanceof Error) throw error;
      bouncesIgnored.inc({ reason: 'too_often' });
      return false;
    }
  }
}
