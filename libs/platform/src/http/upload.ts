// Reads a `multipart/form-data` body part by part. Of a file, only the bytes on their way from the socket to their destination are in
// memory.
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import busboy from 'busboy';
import type { Request } from 'express';
import type { Readable } from 'node:stream';
import { type BodyHold } from './body-budget.js';
import { BodyPace, requestAborted, tooMuchAtOnce, tooSlow, tooLarge } from './body-pace.js';
import { readJson } from './json-body.js';
import { ProblemException } from './problem.js';

/** One part: text, or a file whose bytes can be read once. */
export type UploadPart = { name: string; text: string } | { name: string; file: AsyncIterable<Buffer> };
type Arrived = { name: string; text: string } | { name: string; file: Readable };

export type UploadRules = {
  /** Largest body, in bytes. */
  limitBytes: number;
  /** Largest text, in bytes; a text is in memory as a whole. */
  textBytes: number;
  /** How long an upload may stand still before it is refused, in milliseconds. */
  idleMs: number;
};

/** Bytes of a file that one upload holds at a time: in the socket, in the parser and on the way to the disk. */
const STREAM_BYTES = 512 * 1024;
/** Memory per byte of text, which is held both as bytes and as characters. */
const TEXT_FACTOR = 3;
const END = Symbol('end');

/** The upload of a request whose token was checked. Nothing of it is read before the first of its `parts` is asked for. */
export class Upload {
  private readonly waiting: (Arrived | typeof END)[] = [];
  private problem: ProblemException | null = null;
  private wake: () => void = () => undefined;
  private parser: busboy.Busboy | null = null;
  private pace: BodyPace | null = null;
  private received = 0;
  /** Whether the first part has been read. It is text and held in memory; the parts after it are streamed. */
  private isTextRead = false;

  constructor(
    private readonly request: Request,
    private readonly rules: UploadRules,
    private readonly hold: BodyHold,
  ) {}

  /**
   * Yields the parts in their order. A file must be read before the next part is asked for; otherwise it is skipped. Reading a file fails
   * if the upload fails.
   * @throws ProblemException 400, 408, 413, 415 or 429
   */
  async *parts(): AsyncGenerator<UploadPart> {
    this.begin();
    try {
      for (;;) {
        const next = await this.next();
        if (next === END) return;
        yield 'file' in next ? { name: next.name, file: this.bytesOf(next.file) } : next;
        if ('file' in next) next.file.resume();
      }
    } finally {
      this.end();
    }
  }

  /** Parses a text, or a small file, as a JSON object. @throws ProblemException 400, 408, 413 or 429 */
  async json(part: UploadPart): Promise<object> {
    const bytes = 'text' in part ? Buffer.from(part.text) : await this.collect(part.file);
    this.isTextRead = true;
    return readJson(bytes, (values) => this.grow(bytes.length * TEXT_FACTOR + values));
  }

  // If a file breaks off, throws the problem of the upload in place of the parser's error.
  private async *bytesOf(file: Readable): AsyncGenerator<Buffer> {
    try {
      yield* file as AsyncIterable<Buffer>;
    } catch (error) {
      throw this.problem ?? error;
    }
  }

  private async collect(file: AsyncIterable<Buffer>): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of file) {
      size += chunk.length;
      if (size > this.rules.textBytes) throw textTooLarge(this.rules.textBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  private grow(bytes: number): void {
    if (!this.hold.grow(STREAM_BYTES + bytes)) throw tooMuchAtOnce();
  }

  private async next(): Promise<Arrived | typeof END> {
    while (this.waiting.length === 0 && this.problem === null) await new Promise<void>((resolve) => (this.wake = resolve));
    if (this.problem !== null) throw this.problem;
    return this.waiting.shift() as Arrived | typeof END;
  }

  private begin(): void {
    const { request, rules } = this;
    if (Number(request.headers['content-length'] ?? 0) > rules.limitBytes) throw tooLarge(rules.limitBytes);
    if ((request.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
      throw new ProblemException(415, 'encoding-unsupported', 'An upload can not be sent compressed.');
    this.grow(0);
    this.parser = this.parse();
    this.pace = new BodyPace(rules.idleMs, () => this.fail(tooSlow()));
    request.on('data', this.onData).once('end', this.onEnd).once('close', this.onClosed);
  }

  private parse(): busboy.Busboy {
    try {
      const limits = { fields: 1, fieldSize: this.rules.textBytes };
      return busboy({ headers: this.request.headers, limits })
        .on('field', (name, text, { valueTruncated }) => {
          this.isTextRead = true;
          if (valueTruncated) this.fail(textTooLarge(this.rules.textBytes));
          else this.give({ name, text });
        })
        .on('file', (name, file) => {
          // This listener is called before that of the file's reader, and also if there is no reader.
          file.on('error', () => this.fail(brokenOff()));
          this.give({ name, file });
        })
        .on('fieldsLimit', () => this.fail(unreadable('Only its first part may come without a file name.')))
        .on('drain', () => this.resume())
        .on('close', () => this.give(END))
        .on('error', () => this.fail(brokenOff()));
    } catch {
      throw unreadable('Its Content-Type names no boundary.');
    }
  }

  private readonly onData = (chunk: Buffer): void => {
    this.received += chunk.length;
    const problem = this.objection();
    if (problem !== null) return this.fail(problem);
    if (this.parser?.write(chunk) === false) {
      // Time that we take ourselves does not count against the sender: the clock runs only while we wait for the sender.
      this.pace?.stop();
      this.request.pause();
    }
  };

  private objection(): ProblemException | null {
    if (this.received > this.rules.limitBytes) return tooLarge(this.rules.limitBytes);
    if (!this.isTextRead && !this.hold.grow(STREAM_BYTES + this.received * TEXT_FACTOR)) return tooMuchAtOnce();
    return this.pace?.isTooSlow(this.received) === true ? tooSlow() : null;
  }

  private resume(): void {
    if (this.parser === null || this.request.readableEnded) return;
    this.pace?.go();
    this.request.resume();
  }

  private readonly onEnd = (): void => {
    this.pace?.stop();
    this.parser?.end();
  };
  private readonly onClosed = (): void => void (this.request.complete || this.fail(requestAborted()));

  private give(part: Arrived | typeof END): void {
    this.waiting.push(part);
    this.wake();
  }

  private fail(problem: ProblemException): void {
    this.problem ??= problem;
    this.end();
    this.wake();
  }

  /** Stops reading. The rest of the body is discarded by the code that answers the request. */
  private end(): void {
    const { parser } = this;
    if (parser === null) return;
    this.parser = null;
    this.pace?.stop();
    this.request.off('data', this.onData).off('end', this.onEnd).off('close', this.onClosed);
    for (const part of this.waiting.splice(0)) if (part !== END && 'file' in part) part.file.destroy();
    parser.removeAllListeners('drain');
    parser.destroy(this.problem ?? undefined);
  }
}

const unreadable = (why: string) => new ProblemException(400, 'upload-unreadable', `The upload can not be read. ${why}`);
const brokenOff = () => unreadable('It breaks off, or is not what its Content-Type says.');

const textTooLarge = (most: number) =>
  new ProblemException(
    413,
    'entity-too-large',
    `The text in the upload is too large: at most ${most} bytes are accepted. Send documents as files.`,
  );

const uploads = new WeakMap<object, Upload>();
export const setUpload = (request: object, upload: Upload): void => void uploads.set(request, upload);

/** Parameter decorator: the `Upload` of the request, or `null` if the request is not an upload. */
export const CurrentUpload = createParamDecorator(
  (_: unknown, context: ExecutionContext): Upload | null => uploads.get(context.switchToHttp().getRequest<object>()) ?? null,
);
