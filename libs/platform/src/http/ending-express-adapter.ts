import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';

// Most answers take a fraction of a second. Who is still sending then would not be through before an orchestrator kills the process.
const CLOSE_WITHIN_MS = 3000;
// The head of a request, which fits into a few packets. Node gives a minute and looks twice a minute; who sends it byte by byte holds 45 KB for it.
const HEAD_WITHIN_MS = 15_000;

type Exchange = { request: IncomingMessage; response: ServerResponse };

/**
 * Stops serving within a time that is ours, and answers what it was asked. Node ends connections that wait between requests at once, but waits
 * for ever for those that have sent nothing yet, or half a request: its own time-outs for them end with the listening.
 *
 * And answers one request after the other on each connection. Who sends several without a wait for the answers (pipelining, RFC 9112 9.3.2) would have
 * all of them worked on at once: 62 KB without a token, which are 2,000 requests, stopped a service for seconds. No browser and no proxy does that.
 * A second request waits for its turn, as a client sends it as soon as it has read the last byte of an answer, which may be before we have closed the
 * file that the answer came from. At a third one the connection is cut off.
 */
export class EndingExpressAdapter extends ExpressAdapter {
  private readonly sockets = new Set<Socket>();
  /** Connections of which a request has come, whole or in part, that is not answered yet. */
  private readonly underWay = new Map<Socket, Exchange>();
  /** Connections of which a second request waits until the first one is answered. */
  private readonly waiting = new Set<Socket>();
  private endsAt: number | null = null;

  constructor(
    private readonly closeWithinMs = CLOSE_WITHIN_MS,
    private readonly headWithinMs = HEAD_WITHIN_MS,
  ) {
    super();
  }

  /** The service is about to end: it is not ready any more, and nobody is to send further requests over the same connection. */
  get isEnding(): boolean {
    return this.endsAt !== null;
  }

  /** @param withinMs how long requests under way may take from now on */
  announceEnd(withinMs: number): void {
    this.endsAt = performance.now() + withinMs;
  }

  override initHttpServer(): void {
    const times = { headersTimeout: this.headWithinMs, connectionsCheckingInterval: this.headWithinMs / 3 };
    const answer = this.getInstance<RequestListener>();
    const server = createServer(times, (request, response) => {
      if (this.underWay.has(request.socket)) return cutOff(request.socket);
      this.watch(request, response);
      answer(request, response);
    });
    this.setHttpServer(server);
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

  private inTurn(request: IncomingMessage, response: ServerResponse, answer: () => void): void {
    const { socket } = request;
    const before = this.underWay.get(socket);
    if (before === undefined) {
      this.watch(request, response);
      answer();
    } else if (this.waiting.has(socket)) {
      // What has come is taken apart to its end, but nobody works on it.
      socket.destroy();
    } else {
      this.waiting.add(socket);
      before.response.once('close', () => {
        this.waiting.delete(socket);
        if (!socket.destroyed) this.inTurn(request, response, answer);
      });
    }
  }

  private watch(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    if (this.isEnding) response.setHeader('Connection', 'close');
    this.underWay.set(socket, { request, response });
    response.once('close', () => {
      this.underWay.delete(socket);
      // Its headers were out before the end began: it would be kept for a further request.
      if (this.isEnding && !this.waiting.has(socket)) socket.end();
    });
  }

  private closeThoseWhoWaitForNoAnswer(): void {
    for (const socket of this.sockets) if (this.underWay.get(socket)?.request.complete !== true) socket.destroy();
  }
}

// What Node takes from its parser for "no HTTP from here on", as after a change of protocol.
const STOP = 2;

/**
 * Ends the connection, and does not even take apart what else has come on it. To a closed connection Node makes a request, an answer and an error of
 * each, which took up to 107 ms for 2,000 requests; their text alone takes one. Its parser is no public part of Node: without it only the time is lost.
 */
function cutOff(socket: Socket): void {
  const { parser } = socket as Socket & { parser?: { onIncoming: () => number } | null };
  if (parser) parser.onIncoming = () => STOP;
  socket.destroy();
}
