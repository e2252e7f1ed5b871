// Opens the TCP connection to an address that the network policy has passed, and the TLS layer on it.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import { type SmtpFact } from '@billing-mail/mail-core';
import { handshakeFact, networkFact, timeoutFact } from './facts.js';
import { type KnownServer } from './known-servers.js';
import { type SmtpServer } from './smtp-server.js';

export type Connected<S> = { ok: true; socket: S } | { ok: false; fact: SmtpFact };

/** Keepalive finds a peer that vanished while it owes the final reply, for which we wait minutes. */
const KEEPALIVE_MS = 30_000;

/** Connects to one address. `signal` destroys the socket, also one that has long been connected. */
export function connectTo(address: string, port: number, timeoutMs: number, signal?: AbortSignal): Promise<Connected<Socket>> {
  // The signal goes with the socket, whatever is set up on it: aborting it destroys the socket.
  const ending = signal === undefined ? {} : { signal };
  const socket = connectTcp({ host: address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS, ...ending });
  const late = timeoutFact('connect', `no connection to ${address}:${port}`, timeoutMs);
  return firstOf(socket, 'connect', timeoutMs, late, (error) => networkFact('connect', error));
}

/** Makes the connection a TLS one: TLS 1.2 or newer, certificate checked against the host's name (or IP) and Node's roots. */
export async function secureSocket(
  plain: Socket,
  server: SmtpServer,
  timeoutMs: number,
  known?: KnownServer,
): Promise<Connected<TLSSocket>> {
  // An IP literal is no SNI name (RFC 6066 3); `host` alone makes Node check the certificate against it.
  const name = isIP(server.host) === 0 ? { servername: server.host } : {};
  const secureContext = server.caPem === undefined ? {} : { secureContext: contextTrusting(server.caPem) };
  plain.on('error', ignoreLateError);
  const session = known?.tlsSession;
  const resumed = session === undefined ? {} : { session };
  const socket = connectTls({ socket: plain, host: server.host, minVersion: 'TLSv1.2', ...name, ...secureContext, ...resumed });
  // With TLS 1.3 some time after the handshake, and more than once.
  if (known !== undefined) socket.on('session', (fresh) => (known.tlsSession = fresh));
  const late = timeoutFact('tls', 'TLS handshake not finished', timeoutMs);
  const secured = await firstOf(socket, 'secureConnect', timeoutMs, late, handshakeFact);
  if (!secured.ok) {
    plain.destroy();
    // What was remembered may be the reason.
    if (known !== undefined) known.tlsSession = undefined;
  }
  return secured;
}

/** The socket once it is `ready`, or destroyed with the fact of its error, its end or its lateness. */
function firstOf<S extends Socket>(
  socket: S,
  ready: 'connect' | 'secureConnect',
  timeoutMs: number,
  late: SmtpFact,
  factOf: (error: Error) => SmtpFact,
): Promise<Connected<S>> {
  return new Promise((resolve) => {
    const settle = (result: Connected<S>) => {
      clearTimeout(timer);
      socket.off(ready, onReady).off('error', onError).off('close', onClose);
      if (!result.ok) socket.on('error', ignoreLateError).destroy();
      resolve(result);
    };
    const onReady = () => settle({ ok: true, socket });
    const onError = (error: Error) => settle({ ok: false, fact: factOf(error) });
    const onClose = () => settle({ ok: false, fact: { ...late, kind: 'network', reason: 'closed', text: 'server closed the connection' } });
    const timer = setTimeout(() => settle({ ok: false, fact: late }), timeoutMs);
    socket.on(ready, onReady).on('error', onError).on('close', onClose);
  });
}

// The first event has settled the matter; a socket without a listener would throw what comes after it.
function ignoreLateError(): void {}

const contexts = new Map<string, SecureContext>();

// Parsing Node's 140 root certificates takes milliseconds, and the extra certificates are one setting of the process.
function contextTrusting(caPem: string): SecureContext {
  const known = contexts.get(caPem);
  if (known !== undefined) return known;
  const context = createSecureContext({ ca: [...rootCertificates, caPem], minVersion: 'TLSv1.2' });
  contexts.set(caPem, context);
  return context;
}
