// Pushes ready-made messages through open connections, with one write each: the most that the sink can take.
import { connect } from 'node:net';
import { clock } from '../stage/clock.js';
import { serve } from './serve.js';

/** The server answers MAIL, RCPT, DATA and the end of data with one line each. */
const LINES_A_MESSAGE = 4;

function messageOf(bytes: number): Buffer {
  const line = `${'x'.repeat(74)}\r\n`;
  return Buffer.from(
    `MAIL FROM:<a@bench.example>\r\nRCPT TO:<b@bench.example>\r\nDATA\r\nSubject: x\r\n\r\n${line.repeat(Math.ceil(bytes / line.length))}.\r\n`,
  );
}

function push(port: number, message: Buffer, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let lines = 0;
    socket.on('error', reject);
    socket.on('data', (piece: Buffer) => {
      for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) lines += 1;
      if (lines === 1 + LINES_A_MESSAGE * count) return void socket.end(resolve);
      if (lines % LINES_A_MESSAGE === 1) socket.write(message);
    });
  });
}

const calls = {
  /** Resolves with the seconds that it takes to push `count` messages over that many connections. */
  async push(port: number, bytes: number, count: number, connections: number): Promise<number> {
    const message = messageOf(bytes);
    const since = clock();
    await Promise.all(Array.from({ length: connections }, () => push(port, message, Math.ceil(count / connections))));
    return (clock() - since) / 1000;
  },
};
export type BlasterCalls = typeof calls;

serve(calls);
