// Reads the body of a request, as JSON or unchanged, once the caller is known. Its size, shape and time are bounded, and so is the memory
// that all bodies take together. An upload is left to its route, under the same bounds.
import type { NextFunction, Request, Response } from 'express';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { setCaller } from '../auth/caller.js';
import { type TokenVerifier } from '../auth/token-verifier.js';
import { BodyBudget, type BodyHold } from './body-budget.js';
import { BodyBytes } from './body-bytes.js';
import { BodyPace, requestAborted, tooLarge, tooMuchAtOnce, tooSlow } from './body-pace.js';
import { BYTES_PER_VALUE, parseJson, tooMuchJson } from './json-body.js';
import { JsonScan, MOST_VALUES } from './json-scan.js';
import { ProblemException } from './problem.js';
import { setUpload, Upload } from './upload.js';

export type BodyRules = {
  /** Largest body, in bytes, once it is decompressed. */
  limitBytes: number;
  /** Largest text in an upload, in bytes. The files of an upload are streamed and not held in memory. */
  uploadTextBytes: number;
  /** How long a body may stand still before it is refused, in milliseconds. */
  idleMs: number;
  /** Content types whose bodies are passed on unchanged. Bodies that are neither of these, nor JSON, nor uploads are discarded. */
  rawTypes?: readonly string[];
};

// A refused client reads the answer only after it has sent its body, so the rest of it is received, but for no longer than this.
const DISCARD_MS = 10_000;
// And no more than this. It is more than any service accepts, so that a client that exceeds a limit gets to read that it does.
const DISCARD_BYTES = 64 * 1024 * 1024;
// All refused bodies together are received no faster than this: fifty of them at once would leave no time for the requests that are served.
const DISCARD_BYTES_PER_MS = 32 * 1024;

const DECODERS: Record<string, () => NodeJS.ReadWriteStream & Readable> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * Returns Express middleware that reads bodies and sets `request.body` and the caller of the request. A request with a body needs a token,
 * whatever its route.
 */
export function readBodies(verifier: TokenVerifier, rules: BodyRules) {
  const mostOfOne = rules.limitBytes + MOST_VALUES * BYTES_PER_VALUE;
  // Room for two of the largest bodies at a time. A third one is refused with 429, and its sender tries again.
  const budget = new BodyBudget(mostOfOne + rules.limitBytes);

  const read = async (request: Request, response: Response): Promise<void> => {
    const caller = await verifier.callerOf(request.headers.authorization);
    setCaller(request, caller);
    const isUpload = request.is('multipart/form-data') !== false;
    const isRaw = (rules.rawTypes ?? []).some((type) => request.is(type) !== false);
    if (!isUpload && !isRaw && request.is('json') === false) return discard(request);
    // An internal service acts for all teams and may use the whole budget. A user may not, so that no user can hold what the others need.
    const hold = budget.open(`${caller.isService ? 'service' : 'user'} ${caller.userId}`, caller.isService ? undefined : mostOfOne);
    response.once('close', hold.release);
    if (response.closed) hold.release();
    if (isUpload) {
      setUpload(request, new Upload(request, { ...rules, textBytes: rules.uploadTextBytes }, hold));
      // The upload was refused, or its route does not read it: discard the rest, so that the client gets to read the answer.
      response.once('finish', () => {
        if (!request.readableEnded) discard(request);
      });
      return;
    }
    const { bytes, values } = await collect(request, rules, hold, isRaw ? null : new JsonScan());
    if (bytes.length > 0) request.body = isRaw ? bytes : await parseJson(bytes, values);
  };

  return (request: Request, response: Response, next: NextFunction): void => {
    if (!hasBody(request)) return next();
    read(request, response).then(
      () => next(),
      (error: unknown) => {
        // A client that has fallen silent is not waited for. One that still sends could not read the answer if the connection were cut.
        if (error instanceof ProblemException && error.getStatus() === 408) response.setHeader('Connection', 'close');
        else discard(request);
        next(error);
      },
    );
  };
}

const hasBody = ({ headers }: Request): boolean => headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/** After so many bytes there is a pause before each further part of a body: two bodies of 38 MB would leave the other requests no time. */
const BRISK_BYTES = 1024 * 1024;
/** With parts of 64 KB, some 30 MB a second. */
const LARGE_PAUSE_MS = 2;

/** From so many bytes on, what was received tells how many values the rest of a body will have. */
const TELLING_BYTES = 16 * 1024;

/** When the next part of a refused body may be received, by `performance.now()`. */
let nextDiscardAt = 0;

/** Receives the rest of a body slowly and without keeping it, up to `DISCARD_BYTES` and `DISCARD_MS`; then cuts the connection. */
function discard(request: Request): void {
  const cut = (): void => void request.socket.destroy();
  const timer = setTimeout(cut, DISCARD_MS).unref();
  let left = DISCARD_BYTES;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) return cut();
    const now = performance.now();
    nextDiscardAt = Math.max(now, nextDiscardAt) + chunk.length / DISCARD_BYTES_PER_MS;
    request.pause();
    setTimeout(() => request.resume(), nextDiscardAt - now).unref();
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

type Collected = { bytes: Buffer; values: number };

async function collect(request: Request, rules: BodyRules, hold: BodyHold, scan: JsonScan | null): Promise<Collected> {
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

function gather(request: Request, stream: Readable, rules: BodyRules, hold: BodyHold, scan: JsonScan | null): Promise<Collected> {
  // Nothing tells how large a compressed body will be.
  const size = stream === request ? Number(request.headers['content-length'] ?? 0) : 0;
  return new Promise((resolve, reject) => {
    const gathered = new BodyBytes(size);
    let received = 0;
    const pace = new BodyPace(rules.idleMs, () => settle(() => reject(tooSlow())));
    let isSettled = false;
    const settle = (how: () => void): void => {
      isSettled = true;
      pace.stop();
      stream.off('data', onData).off('end', onEnd).off('error', onBroken);
      request.off('close', onAborted);
      how();
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      const error = objection(chunk);
      if (error !== null) return settle(() => reject(error));
      gathered.add(chunk);
      takeTurns();
    };
    const objection = (chunk: Buffer): ProblemException | null => {
      if (received > rules.limitBytes) return tooLarge(rules.limitBytes);
      const tooMuch = scan?.scan(chunk) ?? null;
      if (tooMuch !== null) return tooMuchJson(tooMuch);
      if (!hold.grow(expectedBytes(scan?.values ?? 0))) return tooMuchAtOnce();
      return pace.isTooSlow(received) ? tooSlow() : null;
    };
    // A body that will not fit is refused as soon as that can be told, before most of it is received and scanned in vain.
    const expectedBytes = (values: number): number => {
      if (received < TELLING_BYTES || received >= size) return received + values * BYTES_PER_VALUE;
      return size + Math.min(MOST_VALUES, (values * size) / received) * BYTES_PER_VALUE;
    };
    // Otherwise up to two megabytes of each body would be received and scanned before any other request gets its turn.
    const takeTurns = (): void => {
      const goOn = (): unknown => isSettled || stream.resume();
      stream.pause();
      if (received < BRISK_BYTES) setImmediate(goOn);
      else setTimeout(goOn, LARGE_PAUSE_MS);
    };
    const onEnd = (): void => settle(() => resolve({ bytes: gathered.all(), values: scan?.values ?? 0 }));
    const onBroken = (): void => settle(() => reject(unreadable()));
    // `close` also follows a complete body, and may come before the last part of the body is decompressed.
    const onAborted = (): void => void (request.complete || settle(() => reject(requestAborted())));
    stream.on('data', onData).once('end', onEnd).once('error', onBroken);
    request.once('close', onAborted);
    // The request may have closed while the token was checked.
    if (request.closed) onAborted();
  });
}

const unreadable = () => new ProblemException(400, 'body-unreadable', 'The body can not be read: it is not what Content-Encoding says.');
