// Reads the body of a request, JSON or kept as it is, once it is known who asks: bounded in size, shape, time, and in what all bodies together may take.
import type { NextFunction, Request, Response } from 'express';
import { Counter } from 'prom-client';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { setCaller } from '../auth/caller.js';
import { type TokenVerifier } from '../auth/token-verifier.js';
import { BodyBudget, type BodyHold } from './body-budget.js';
import { JsonScan, MOST_DEPTH, MOST_VALUES, type TooMuchJson } from './json-scan.js';
import { ProblemException } from './problem.js';

export type BodyRules = {
  /** Largest body, in bytes, once it is decompressed. */
  limitBytes: number;
  /** An upload of which nothing comes for so long has ended. */
  idleMs: number;
  /** Content types whose bodies are handed on as they are; what is neither these nor JSON is let be. */
  rawTypes?: readonly string[];
};

// Of a value without its text: an object of V8 takes 56 bytes, its place in a list 8.
const BYTES_PER_VALUE = 64;
// Slower than any line in use, and yet the largest invoice has minutes: who sends a byte now and then holds the budget for nothing.
const LEAST_BYTES_PER_MS = 64;
const GRACE_MS = 30_000;
// Who was refused reads the answer once he has sent what he is sending; nobody sends for longer than this to be told no.
const DISCARD_MS = 10_000;

const refusedBodies = new Counter({
  name: 'billing_mail_refused_bodies_total',
  help: 'Requests whose body was not read to its end, by reason',
  labelNames: ['reason'],
});

const DECODERS: Record<string, () => NodeJS.ReadWriteStream & Readable> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Express middleware; what takes a body needs a token, whatever the route. Sets `request.body` and the caller of the request. */
export function readBodies(verifier: TokenVerifier, rules: BodyRules) {
  const mostOfOne = rules.limitBytes + MOST_VALUES * BYTES_PER_VALUE;
  const budget = new BodyBudget(2 * mostOfOne);

  const read = async (request: Request, response: Response): Promise<void> => {
    const caller = await verifier.callerOf(request.headers.authorization);
    setCaller(request, caller);
    const isRaw = (rules.rawTypes ?? []).some((type) => request.is(type) !== false);
    if (!isRaw && request.is('json') === false) return discard(request, rules.limitBytes);
    // Internal services speak for all teams; of users none can hold what the others need.
    const hold = budget.open(`${caller.isService ? 'service' : 'user'} ${caller.userId}`, caller.isService ? undefined : mostOfOne);
    response.once('close', hold.release);
    if (response.closed) hold.release();
    const bytes = await collect(request, rules, hold, isRaw ? null : new JsonScan());
    if (bytes.length > 0) request.body = isRaw ? bytes : parse(bytes);
  };

  return (request: Request, response: Response, next: NextFunction): void => {
    if (!hasBody(request)) return next();
    read(request, response).then(
      () => next(),
      (error: unknown) => {
        refusedBodies.inc({ reason: error instanceof ProblemException ? error.slug : 'other' });
        // Who has gone silent is not waited for; who still sends would not read an answer on a connection that is cut.
        if (error instanceof ProblemException && error.getStatus() === 408) response.setHeader('Connection', 'close');
        else discard(request, rules.limitBytes);
        next(error);
      },
    );
  };
}

const hasBody = ({ headers }: Request): boolean => headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** Lets the rest of a body come and keeps nothing of it, up to a number of bytes and a time; then the connection is cut. */
function discard(request: Request, mostBytes: number): void {
  const cut = (): void => void request.socket.destroy();
  const timer = setTimeout(cut, DISCARD_MS).unref();
  let left = mostBytes;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) cut();
  });
  request.once('error', () => undefined);
  for (const event of ['end', 'close']) request.once(event, () => clearTimeout(timer));
  request.resume();
}

function decoded(request: Request): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return request;
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (decoder === undefined)
    throw new ProblemException(415, 'encoding-unsupported', 'The content encoding of the body is not supported; send gzip or none.');
  return request.pipe(decoder());
}

async function collect(request: Request, rules: BodyRules, hold: BodyHold, scan: JsonScan | null): Promise<Buffer> {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (scan !== null && !/^(utf-?8|us-ascii)$/i.test(charset))
    throw new ProblemException(415, 'charset-unsupported', 'The character set of the body is not supported; send UTF-8.');
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > rules.limitBytes) throw tooLarge(rules.limitBytes);
  if (!hold.grow(announced)) throw tooMuchAtOnce();
  const stream = decoded(request);
  try {
    return await gather(request, stream, rules, hold, scan);
  } finally {
    if (stream !== request) {
      request.unpipe();
      stream.destroy();
    }
  }
}

function gather(request: Request, stream: Readable, rules: BodyRules, hold: BodyHold, scan: JsonScan | null): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const since = performance.now();
    let received = 0;
    const idle = setTimeout(() => settle(() => reject(tooSlow())), rules.idleMs);
    const settle = (how: () => void): void => {
      clearTimeout(idle);
      stream.off('data', onData).off('end', onEnd).off('error', onBroken);
      request.off('close', onAborted);
      how();
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      const error = objection(chunk);
      if (error !== null) return settle(() => reject(error));
      chunks.push(chunk);
      idle.refresh();
    };
    const objection = (chunk: Buffer): ProblemException | null => {
      if (received > rules.limitBytes) return tooLarge(rules.limitBytes);
      const tooMuch = scan?.scan(chunk) ?? null;
      if (tooMuch !== null) return tooMuchJson(tooMuch);
      if (!hold.grow(received + (scan?.values ?? 0) * BYTES_PER_VALUE)) return tooMuchAtOnce();
      return performance.now() - since > GRACE_MS + received / LEAST_BYTES_PER_MS ? tooSlow() : null;
    };
    const onEnd = (): void => settle(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    const onBroken = (): void => settle(() => reject(unreadable()));
    // Of a body that came whole, `close` comes too, before the last of it is decompressed.
    const onAborted = (): void =>
      void (request.complete || settle(() => reject(new ProblemException(400, 'request-aborted', 'The body ended early.'))));
    stream.on('data', onData).once('end', onEnd).once('error', onBroken);
    request.once('close', onAborted);
  });
}

// JSON is UTF-8 (RFC 8259 8.1); a byte order mark, which some put before it, is left out by the decoder.
function parse(bytes: Buffer): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new ProblemException(400, 'entity-parse-failed', 'The body is not valid JSON, or no object.');
}

const tooLarge = (limitBytes: number) =>
  new ProblemException(413, 'entity-too-large', `The body is too large: more than ${limitBytes} bytes are not taken.`);
const tooMuchAtOnce = () =>
  new ProblemException(429, 'too-much-at-once', 'Too much is being sent at the moment. Nothing was changed; try again shortly.');
const tooSlow = () => new ProblemException(408, 'body-too-slow', 'The body did not come in time. Nothing was changed; send it again.');
const unreadable = () => new ProblemException(400, 'body-unreadable', 'The body can not be read: it is not what Content-Encoding says.');
const tooMuchJson = (what: TooMuchJson) =>
  what === 'too-deep'
    ? new ProblemException(400, what, `The body is nested more than ${MOST_DEPTH} levels deep.`)
    : new ProblemException(413, what, `The body has more than ${MOST_VALUES} values. Send it in parts.`);
