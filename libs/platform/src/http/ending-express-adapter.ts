import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import { type RefusalKind } from '../observing/refused-requests.js';

// Most answers take a fraction of a second. A client that is still sending after this would not finish before an orchestrator kills the process.
const CLOSE_WITHIN_MS = 3000;
// Limit for the head of a request, which fits into a few packets. Node.js allows a minute and checks twice a minute; a head that is sent
// byte by byte occupies 45 KB meanwhile.
const HEAD_WITHIN_MS = 15_000;
// Longer than the 60 s for which the usual load balancers keep a connection that they may use again, so that they end it and not we: what a
// client sends while we end it is lost. Node.js keeps a connection for 5 s.
const IDLE_MS = 75_000;

type Exchange = { request: IncomingMessage; response: ServerResponse };
type Refusal = { answer: string; kind: RefusalKind };
const NO_HTTP: Refusal = { answer: '400 Bad Request', kind: 'bad_http' };
/**
 * How malformed requests are refused, by the code of Node's error. Other errors of its parser (`HPE_…`) get a 400; any other error means
 * that the connection broke.
 */
const REFUSALS: Record<string, Refusal> = {
  HPE_HEADER_OVERFLOW: { answer: '431 Request Header Fields Too Large', kind: 'too_large' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { answer: '413 Payload Too Large', kind: 'too_large' },
  ERR_HTTP_REQUEST_TIMEOUT: { answer: '408 Request Timeout', kind: 'too_slow' },
};
const headOf = (answer: string): string => `HTTP/1.1 ${answer}\r\nConnection: close\r\n\r\n`;

/**
 * Stops serving within a time that we choose, and still answers the requests that it has received. Node closes idle connections at once,
 * but waits forever for those that have sent nothing yet, or half a request, because it stops checking its time-outs when it stops
 * listening.
 *
 * Answers the requests of a connection one after the other. Node would work on pipelined requests (RFC 9112 9.3.2) all at once: 2,000
 * requests without a token, 62 KB in all, stopped a service for seconds. No browser and no proxy pipelines. A second request waits for its
 * turn, because a client sends it as soon as it has read the last byte of an answer, which may be before we have closed the file that the
 * answer came from. If a third request comes, the connection is cut.
 *
 * Also counts what is refused before there is a request, because nothing behind this adapter sees it and attacks begin there.
 */
export class EndingExpressAdapter extends ExpressAdapter {
  private readonly sockets = new Set<Socket>();
  /** Connections with a request, received in whole or in part, that is not answered yet. */
  private readonly underWay = new Map<Socket, Exchange>();
  /** Connections on which a second request waits until the first one is answered. */
  private readonly waiting = new Set<Socket>();
  private endsAt: number | null = null;

  constructor(
    private readonly onRefused: (kind: RefusalKind) => void,
    private readonly closeWithinMs = CLOSE_WITHIN_MS,
    private readonly headWithinMs = HEAD_WITHIN_MS,
  ) {
    super();
  }

  /**
   * Whether the service is about to end. From then on it is not ready, and its answers tell clients to send no further request on the same
   * connection.
   */
  get isEnding(): boolean {
    return this.endsAt !== null;
  }

  /** @param withinMs how long requests under way may take from now on */
  announceEnd(withinMs: number): void {
    this.endsAt = performance.now() + withinMs;
  }

  override initHttpServer(): void {
    const times = { headersTimeout: this.headWithinMs, connectionsCheckingInterval: this.headWithinMs / 3, keepAliveTimeout: IDLE_MS };
    const answer = this.getInstance<RequestListener>();
    // The Host header is checked below, because Node would refuse without telling us.
    const server = createServer({ ...times, requireHostHeader: false }, (request, response) => {
      this.inTurn(request, () => {
        if (request.headers.host === undefined && request.httpVersionMinor > 0) return this.refuse(request.socket, NO_HTTP);
        this.watch(request, response);
        answer(request, response);
      });
    });
    this.setHttpServer(server);
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => this.onClientError(error, socket));
    server.on('checkExpectation', ({ socket }: IncomingMessage) => this.refuse(socket, { ...NO_HTTP, answer: '417 Expectation Failed' }));
    server.on('connect', (_request, socket: Socket) => this.refuse(socket, NO_HTTP));
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  override async close(): Promise<void> {
    const server = this.getHttpServer() as Server;
    const left = Math.max(this.closeWithinMs, (this.endsAt ?? 0) - performance.now());
    this.endsAt ??= performance.now();
    const idle = setTimeout(() => this.closeThoseWhoWaitForNoAnswer(), this.closeWithinMs);
    const last = setTimeout(() => server.closeAllConnections(), left);
    await super.close();
    for (const timer of [idle, last]) clearTimeout(timer);
  }

  private onClientError({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
    const refusal = REFUSALS[code] ?? (code.startsWith('HPE_') ? NO_HTTP : null);
    // Not counted: browsers open connections before they need them, and half a body is reported by the code that reads it.
    const isNoMatter = socket.bytesRead === 0 || this.underWay.get(socket)?.request.complete === false;
    if (refusal === null) socket.destroy();
    else if (isNoMatter) this.sayAndEnd(socket, refusal.answer);
    else this.refuse(socket, refusal);
  }

  private refuse(socket: Socket, { answer, kind }: Refusal): void {
    this.onRefused(kind);
    this.sayAndEnd(socket, answer);
  }

  private sayAndEnd(socket: Socket, answer: string): void {
    // Once the headers of an answer are sent, the client would read this as part of that answer.
    if (socket.writable && this.underWay.get(socket)?.response.headersSent !== true) socket.write(headOf(answer));
    socket.destroySoon();
  }

  private inTurn({ socket }: IncomingMessage, answer: () => void): void {
    const before = this.underWay.get(socket);
    if (before === undefined) return answer();
    if (this.waiting.has(socket)) return this.cut(socket);
    this.waiting.add(socket);
    before.response.once('close', () => {
      this.waiting.delete(socket);
      if (!socket.destroyed) answer();
    });
  }

  /** Cuts the connection. Counts one refusal only, however many requests come on the connection. */
  private cut(socket: Socket): void {
    if (!socket.destroyed) this.onRefused('bad_http');
    cutOff(socket);
  }

  private watch(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (this.isEnding) response.setHeader('Connection', 'close');
    this.underWay.set(socket, { request, response });
    response.once('close', () => {
      this.underWay.delete(socket);
      // Headers that were sent before the end began would keep the connection open for a further request.
      if (this.isEnding && !this.waiting.has(socket)) socket.end();
    });
  }

  private closeThoseWhoWaitForNoAnswer(): void {
    for (const socket of this.sockets) if (this.underWay.get(socket)?.request.complete !== true) socket.destroy();
  }
}

// What `onIncoming` returns to make Node's parser read no more HTTP from here on, as after a change of protocol.
const STOP = 2;

/**
 * Ends the connection without parsing what else has come on it. Even on a closed connection Node creates a request, an answer and an error
 * for each request, which took up to 107 ms for 2,000 requests; parsing their text alone takes 1 ms. The parser is not part of Node's
 * public API; without it only this time is lost.
 */
function cutOff(socket: Socket): void {
  const { parser } = socket as Socket & { parser?: { onIncoming: () => number } | null };
  if (parser) parser.onIncoming = () => STOP;
  socket.destroy();
}
