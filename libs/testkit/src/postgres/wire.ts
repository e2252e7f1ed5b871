// A TCP proxy to PostgreSQL, for example for one process. It can be cut while all others go on, lose an answer, or lead to another server.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** ReadyForQuery outside of a transaction, the last message of a server that has done and committed everything it was asked for. */
const READY_AND_IDLE = Buffer.from('Z\0\0\0\x05I', 'latin1');

type Loss = { mark: string; done: () => void };

export class Wire {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.join(socket));
  private isCut = false;
  private refusedCount = 0;
  private loss: Loss | null = null;

  private constructor(private target: URL) {}

  static async to(databaseUrl: string): Promise<Wire> {
    const wire = new Wire(new URL(databaseUrl));
    await new Promise<void>((resolve) => wire.server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  /** The URL for clients of this proxy. */
  get databaseUrl(): string {
    const url = new URL(this.target);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** How many connections were refused so far. */
  get refused(): number {
    return this.refusedCount;
  }

  /** Resets the open connections and refuses new ones. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /**
   * Cuts the wire when PostgreSQL has committed the next statement that contains the mark, or whose answer contains it, before the client
   * gets any of the answer, as if the server had died right after the commit. Resolves when that has happened.
   */
  cutBeforeAnswer(mark: string): Promise<void> {
    return new Promise((done) => (this.loss = { mark, done }));
  }

  /** Leads the same address to another server from now on, as after a failover. Open connections are reset. */
  leadTo(databaseUrl: string): void {
    this.cut();
    this.target = new URL(databaseUrl);
    this.mend();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(near: Socket): void {
    if (this.isCut) {
      this.refusedCount += 1;
      return void near.resetAndDestroy();
    }
    const far = connect(Number(this.target.port), this.target.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    const losing = new AnswerLoss(() => this.loss);
    const finished = (): void => {
      const { loss } = this;
      this.loss = null;
      this.cut();
      loss?.done();
    };
    near.pipe(new Transform({ transform: (chunk: Buffer, _, next) => (losing.noteAsked(chunk), next(null, chunk)) })).pipe(far);
    far
      .pipe(
        new Transform({
          transform: (chunk: Buffer, _, next) => {
            if (!losing.swallows(chunk)) return next(null, chunk);
            if (losing.isOver) finished();
            next();
          },
        }),
      )
      .pipe(near);
  }
}

/** Tells for one connection whether an answer must be lost, and whether all of it has come. */
class AnswerLoss {
  isOver = false;
  private isLosing = false;
  private asked = '';
  private answered = '';

  constructor(private readonly awaited: () => Loss | null) {}

  noteAsked(chunk: Buffer): void {
    this.asked = this.seenIn(this.asked, chunk);
  }

  swallows(chunk: Buffer): boolean {
    this.answered = this.seenIn(this.answered, chunk);
    this.isOver = this.isLosing && chunk.subarray(-READY_AND_IDLE.length).equals(READY_AND_IDLE);
    return this.isLosing;
  }

  /** Returns the end of what was seen, because the mark may have begun in it. */
  private seenIn(before: string, chunk: Buffer): string {
    const loss = this.awaited();
    if (loss === null) return '';
    const seen = before + chunk.toString('latin1');
    this.isLosing ||= seen.includes(loss.mark);
    return seen.slice(-loss.mark.length);
  }
}
