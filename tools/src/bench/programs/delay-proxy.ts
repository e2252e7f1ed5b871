// A TCP proxy that makes a server on this machine as far away as the round trip says, in a process of its own.
import { connect, createServer, type Socket } from 'node:net';
import { serve } from './serve.js';

/** Hands on each piece after `delayMs`; timers of one length fire in the order in which they were set. */
function hand(from: Socket, to: Socket, delayMs: number): void {
  from.on('data', (piece) => void setTimeout(() => to.write(piece), delayMs));
  from.on('end', () => void setTimeout(() => to.end(), delayMs));
  from.on('error', () => to.destroy());
  from.on('close', () => void setTimeout(() => to.destroy(), delayMs));
}

const calls = {
  /** Stands before a port of this machine; its own port. */
  listen(port: number, roundTripMs: number): Promise<number> {
    const server = createServer({ noDelay: true }, (near) => {
      near.pause();
      // SYN, SYN-ACK and ACK cross the distance before a server on the other side knows of the connection.
      setTimeout(() => {
        const far = connect({ port, host: '127.0.0.1', noDelay: true });
        hand(near, far, roundTripMs / 2);
        hand(far, near, roundTripMs / 2);
        near.resume();
      }, 1.5 * roundTripMs);
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', 1024, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  },
};
export type DelayProxyCalls = typeof calls;

serve(calls);
