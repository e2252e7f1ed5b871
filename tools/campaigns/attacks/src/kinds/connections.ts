// Attacks on the connection itself: requests that two readers would split differently, many requests at once, and headers that never end.
import { connect } from 'node:net';
import { type Attack, type Attempt, type Kind } from '../attack.js';

const PIPELINED = 2_000;
const CONNECTIONS = 10;
const SLOW_HEADS = 200;
/** The services must cut sooner than Node's own time-outs, which would take 90 seconds. */
const CUT_WITHIN_MS = 45_000;
/** How long to wait for an answer that does not come, or on a connection that is kept open. */
const SILENCE_MS = 5_000;

const request = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
const post = (head: string, body: string): string => `POST /v1/x HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n${body}`;
const chunked = '0\r\n\r\n';

/** A second request is hidden behind the first one for a reader that determines the length differently. */
const FRAMINGS: readonly [name: string, bytes: string][] = [
  ['Content-Length and Transfer-Encoding', post('Content-Length: 5\r\nTransfer-Encoding: chunked', `${chunked}${request}`)],
  ['two lengths', post('Content-Length: 0\r\nContent-Length: 40', request)],
  ['the same length twice', post('Content-Length: 0\r\nContent-Length: 0', request)],
  ['a list of lengths', post('Content-Length: 0, 0', request)],
  ['a length with a sign', post('Content-Length: +0', request)],
  ['chunked, identity', post('Transfer-Encoding: chunked, identity', `${chunked}${request}`)],
  ['identity', post('Transfer-Encoding: identity', `${chunked}${request}`)],
  ['xchunked', post('Transfer-Encoding: xchunked', `${chunked}${request}`)],
  ['a folded header', post('Transfer-Encoding:\r\n chunked', `${chunked}${request}`)],
  ['a blank before the colon', post('Transfer-Encoding : chunked', `${chunked}${request}`)],
  ['line feeds alone', `GET /health/live HTTP/1.1\nHost: x\n\n${request}`],
  ['a line feed in a header', `GET /health/live HTTP/1.1\r\nHost: x\r\nX: a\nContent-Length: 40\r\n\r\n${request}`],
  ['a carriage return in a header', `GET /health/live HTTP/1.1\r\nHost: x\r\nX: a\rContent-Length: 40\r\n\r\n${request}`],
  ['NUL in a name', `GET /health/live HTTP/1.1\r\nHost: x\r\nX\u0000: a\r\n\r\n${request}`],
  ['chunks that end with line feeds', post('Transfer-Encoding: chunked', `1\nx\n0\n\n${request}`)],
  ['a chunk of endless length', post('Transfer-Encoding: chunked', `FFFFFFFFFFFFFFFFFF\r\nx\r\n${chunked}${request}`)],
  ['an extension of a megabyte', post('Transfer-Encoding: chunked', `1;${'a'.repeat(1024 * 1024)}\r\nx\r\n${chunked}${request}`)],
];

/** Sends bytes to a service and reads its answers until the connection ends; `isCut` if the service ended it. */
function speak(url: string, bytes: string, silenceMs = SILENCE_MS): Promise<{ statuses: string[]; isCut: boolean }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    let isCut = true;
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
    socket.setTimeout(silenceMs, () => {
      isCut = false;
      socket.destroy();
    });
    socket.on('data', (data: Buffer) => (text += data.toString('latin1'))).on('error', () => undefined);
    socket.once('close', () => resolve({ statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status), isCut }));
  });
}

const urlsOf = ({ site }: Attempt): string[] => Object.values(site.services).map(({ url }) => url);

const ambiguous: Attack = {
  name: 'ambiguous-lengths',
  tries: `a request hidden behind ${FRAMINGS.length} kinds of lengths that are read in two ways, at every service`,
  expects: 'refused, the connection cut, and the hidden request not answered',
  run: async (attempt) => {
    for (const [name, bytes] of FRAMINGS)
      for (const url of urlsOf(attempt)) {
        const { statuses, isCut } = await speak(url, bytes);
        attempt.expect(isCut && statuses.every((status) => /^4\d\d$/.test(status)), `${name}: ${statuses.join(', ')}, cut: ${isCut}`);
      }
    return `${FRAMINGS.length * urlsOf(attempt).length} refused`;
  },
};

/** Sends many requests at once over each of some connections, one connection after the other. Resolves with the number of answers. */
export async function pipeline(attempt: Attempt): Promise<number> {
  const bytes = 'GET /v1/x HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(PIPELINED);
  let answered = 0;
  for (let count = 0; count < CONNECTIONS; count += 1)
    for (const { statuses, isCut } of await Promise.all(urlsOf(attempt).map((url) => speak(url, bytes, 2 * SILENCE_MS)))) {
      attempt.expect(isCut && statuses.length <= 1, `${statuses.length} answers on a connection, cut: ${isCut}`);
      answered += statuses.length;
    }
  return answered;
}
export const PIPELINE = `${CONNECTIONS} connections to each service by nobody, one after the other, with ${PIPELINED} requests each at once`;

const pipelined: Attack = {
  name: 'pipelined',
  tries: PIPELINE,
  expects: 'at most one request of each connection is answered, and the connection cut',
  run: async (attempt) => `${await pipeline(attempt)} answers to ${3 * CONNECTIONS * PIPELINED} requests`,
};

/** Sends request headers byte by byte. Resolves with how long the service listened to the last of them. */
export async function drip(attempt: Attempt): Promise<number> {
  const since = performance.now();
  const cut = urlsOf(attempt).flatMap((url) =>
    Array.from({ length: SLOW_HEADS }, () => {
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      socket.write(`GET /v1/x HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(12_000)}`);
      const dripping = setInterval(() => socket.write('x'), 1000);
      return new Promise<void>((resolve) => socket.resume().once('close', () => (clearInterval(dripping), resolve())));
    }),
  );
  await Promise.all(cut);
  const ms = performance.now() - since;
  attempt.expect(ms < CUT_WITHIN_MS, `the last was cut after ${Math.round(ms / 1000)} s`);
  return ms;
}
export const DRIP = `${SLOW_HEADS} connections to each service whose head has 12 KB and goes on byte by byte`;

export const connections: Kind = { name: 'connections', attacks: [ambiguous, pipelined] };
