// A way to PostgreSQL, such as of one process, which can be cut while everybody else goes on, lose an answer, or lead to another server.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** What a server says last when it has done, and committed, all that it was asked for. */
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

  /** For the process that goes this way. */
  get databaseUrl(): string {
    const url = new URL(this.target);
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Connections that were asked for in vain so far. */
  get refused(): number {
    return this.refusedCount;
  }

  /** What is open is reset, and nobody gets through any more. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  mend(): void {
    this.isCut = false;
  }

  /**
   * Cuts the way once PostgreSQL has committed the next statement in which the mark stands, or in whose answer, and before anything of that answer
   * is heard: as where a server dies right after a commit. Resolves then.
   */
  cutBeforeAnswer(mark: string): Promise<void> {
    return new Promise((done) => (this.loss = { mark, done }));
  }

  /** The same address is another server's from now on, as after a failover. */
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

/** Of one connection: whether an answer is to be lost, and whether all of it is there. */
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

  /** What was seen before is kept as far as the mark may have begun in it. */
  private seenIn(before: string, chunk: Buffer): string {
    const loss = this.awaited();
    if (loss === null) return '';
    const seen = before + chunk.toString('latin1');
    this.isLosing ||= seen.includes(loss.mark);
    return seen.slice(-loss.mark.length);
  }
}
