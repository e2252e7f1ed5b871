// Takes mail for return paths by SMTP, and nothing else: a way in that answers 250 once what follows is committed, and never sends anything.
import { readFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { type ReturnPath } from '@billing-mail/mail-core';
import { type Logger, TroubleLog, within } from '@billing-mail/platform';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { SMTPServer, type SMTPServerAddress, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { DISPATCHER_ENV, type DispatcherEnv } from '../dispatcher.env.js';
import { LOGGER } from '../dispatcher.tokens.js';
import { ReturnPaths } from '../records/return-paths.js';
import { bouncesIgnored } from './bounce.metrics.js';
import { selfMadeCertificate } from './listener-certificate.js';
import { networkOf } from './sender-network.js';
import { READ_BYTES, TakeReport } from './take-report.js';

/** Some servers send back all of a document; the largest that we send, in base64, is smaller. What is too much to keep is not kept. */
const MOST_BYTES = 40 * 1024 * 1024;
/** Servers keep a connection for several reports, so few serve many. Each holds a megabyte at most. */
const MOST_CONNECTIONS = 50;
const MOST_CONNECTIONS_OF_ONE = 20;
/** With those that have not been greeted yet, or have been told to go: they hold nothing. */
const MOST_SOCKETS = 4 * MOST_CONNECTIONS;
/** Mails that one network may bring in a minute: a mass run that bounces as a whole still goes through within the hour. */
const MAILS_A_MINUTE = 3000;
/** Unknown recipients that one network may ask for in a minute: our own return paths are never unknown, so this is somebody who guesses. */
const GUESSES_A_MINUTE = 60;
/** RFC 5321 4.5.3.2 would have five minutes; whoever says nothing for one holds a place for nothing. */
const SILENCE_MS = 60_000;
/** A mail may take so long in all, also from one who sends a byte now and then. */
const MAIL_MS = 300_000;
const CLOSE_MS = 2000;

/** Answered as it is: a code and, in front of the words, an enhanced one (RFC 3463). */
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
  /** Who may speak, and from which network; the one that came first, first. */
  private readonly places = new Map<SMTPServerSession, string>();
  /** Those that have named a return path of ours. */
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

  /** The port that it listens at; `null` where it does not. */
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
    // Of a connection that broke there is nothing to do; its mail comes again.
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

  /** Whoever brings a report names its return path at once: who has been here longest and has named none goes. False where all have. */
  private makeRoom(): boolean {
    const session = [...this.places.keys()].find((each) => !this.believed.has(each));
    if (session === undefined) return false;
    this.places.delete(session);
    for (const connection of this.server?.connections ?? [])
      // Which closes it.
      if (connection.session === session) connection.send(421, '4.3.2 Others are waiting; come back when you have something to bring');
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
    // A report is about one mail; to several return paths at once writes somebody who has collected them.
    if (paths.some(({ deliveryId }) => deliveryId !== path.deliveryId)) return new Refusal(452, '4.5.3 One recipient at a time');
    this.paths.set(session, [...paths, path]);
    this.believed.add(session);
    return null;
  }

  /** Resolves once it is committed; whatever is thrown is answered, so that the sender knows to come again. */
  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const raw = await this.collect(stream);
    try {
      for (const path of this.paths.get(session) ?? []) await this.reports.take(path, raw);
    } catch (error) {
      this.trouble.tell(error as Error, { step: 'bounce' }, 'could not record a report on a delivery');
      throw comeBack();
    }
  }

  /** The beginning of it; the rest is let pass, up to a limit that ends the connection's mail but not the server. */
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
