// PostgreSQL's `COPY` as Node.js streams over a node-postgres connection. node-postgres reads and writes the messages of `COPY`, but leaves
// their order to us.
import { Readable, Writable } from 'node:stream';
import { type Connection, type Submittable } from 'pg';

// Methods that node-postgres has but its type definitions leave out.
type CopyConnection = Connection & { sendCopyFromChunk(chunk: Buffer): void; endCopyFrom(): void; sendCopyFail(reason: string): void };

/**
 * Readable stream of what `COPY … TO STDOUT` returns: call `client.query(new CopyOut(…))`, then read it. The server waits while nobody
 * reads.
 */
export class CopyOut extends Readable implements Submittable {
  private connection: Connection | null = null;

  constructor(private readonly statement: string) {
    super();
  }

  submit(connection: Connection): void {
    this.connection = connection;
    connection.query(this.statement);
  }

  override _read(): void {
    this.connection?.stream.resume();
  }

  handleCopyData({ chunk }: { chunk: Buffer }): void {
    if (!this.push(chunk)) this.connection?.stream.pause();
  }

  handleCommandComplete(): void {
    this.push(null);
  }

  handleError(error: Error): void {
    this.destroy(error);
  }

  handleReadyForQuery(): void {}
}

/**
 * Writable stream of what `COPY … FROM STDIN` takes: call `client.query(new CopyIn(…))`, then write to it. It finishes once the server has
 * taken everything.
 */
export class CopyIn extends Writable implements Submittable {
  private connection: CopyConnection | null = null;
  private begun: ((error?: Error) => void) | null = null;
  private taken: ((error?: Error) => void) | null = null;

  constructor(private readonly statement: string) {
    super();
  }

  submit(connection: Connection): void {
    this.connection = connection as CopyConnection;
    connection.query(this.statement);
  }

  override _construct(done: (error?: Error) => void): void {
    this.begun = done;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.connection?.sendCopyFromChunk(chunk);
    const socket = this.connection?.stream;
    if (socket?.writableNeedDrain === true) socket.once('drain', () => done());
    else done();
  }

  override _final(done: (error?: Error) => void): void {
    this.taken = done;
    this.connection?.endCopyFrom();
  }

  handleCopyInResponse(): void {
    const { begun } = this;
    this.begun = null;
    begun?.();
  }

  handleCommandComplete(): void {
    this.taken?.();
  }

  handleError(error: Error): void {
    if (this.begun === null) this.destroy(error);
    else this.begun(error);
  }

  handleReadyForQuery(): void {}
}
