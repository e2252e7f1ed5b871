// Opens the TCP connection to an address that the network policy has passed, and the TLS layer on it.
import { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import { type SmtpFact } from '@billing-mail/mail-core';
import { handshakeFact, networkFact, timeoutFact } from './facts.js';
import { type SmtpServer } from './smtp-server.js';

export type Connected<S> = { ok: true; socket: S } | { ok: false; fact: SmtpFact };

/** A TLS session to resume, and the function that stores the sessions which the server issues now. */
export type Resuming = { session?: Buffer; onSession?: (session: Buffer) => void };

/** Keepalive detects a peer that vanished before its final reply, for which we wait minutes. */
const KEEPALIVE_MS = 30_000;

/** Connects to one address. Aborting `signal` destroys the socket, even long after it has connected. */
export function connectTo(address: string, port: number, timeoutMs: number, signal?: AbortSignal): Promise<Connected<Socket>> {
  // The signal belongs to the TCP socket, whatever is set up on top of it: aborting it destroys the socket.
  const ending = signal === undefined ? {} : { signal };
  const socket = connectTcp({ host: address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS, ...ending });
  const late = timeoutFact('connect', `no connection to ${address}:${port}`, timeoutMs);
  return firstOf(socket, 'connect', timeoutMs, late, (error) => networkFact('connect', error));
}

/**
 * Sets up TLS 1.2 or newer on the connection. Checks the certificate against the host's name (or IP address), and against Node's roots and
 * `server.caPem`. If a certificate is pinned, only the pin and the validity period are checked.
 */
export async function secureSocket(
  plain: Socket,
  server: SmtpServer,
  timeoutMs: number,
  { session, onSession }: Resuming = {},
): Promise<Connected<TLSSocket>> {
  // An IP address must not be sent as SNI (RFC 6066 3); with `host` alone Node still checks the certificate against it.
  const name = isIP(server.host) === 0 ? { servername: server.host } : {};
  const secureContext = contextOf(server);
  plain.on('error', ignoreLateError);
  const resumed = session === undefined ? {} : { session };
  // Node would check the issuer and the name. Instead, `objectionTo` compares the certificate with the pin before anything is sent.
  const pinned = server.pin === undefined ? {} : { rejectUnauthorized: false };
  const socket = connectTls({ socket: plain, host: server.host, minVersion: 'TLSv1.2', ...name, ...secureContext, ...resumed, ...pinned });
  // With TLS 1.3, sessions come some time after the handshake, and more than once.
  if (onSession !== undefined) socket.on('session', onSession);
  const late = timeoutFact('tls', 'TLS handshake not finished', timeoutMs);
  const handshake = await firstOf(socket, 'secureConnect', timeoutMs, late, (error) => handshakeFact(error, socket));
  const objection = handshake.ok && server.pin !== undefined ? objectionTo(socket.getPeerX509Certificate(), server.pin) : null;
  if (objection !== null) socket.on('error', ignoreLateError).destroy();
  const secured: Connected<TLSSocket> = objection === null ? handshake : { ok: false, fact: objection };
  if (!secured.ok) plain.destroy();
  return secured;
}

/** Resolves to the socket once it has emitted `ready`. If it fails, closes or takes too long, destroys it and resolves to the reason. */
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

// The first event has decided the result; without a listener, a later error of the socket would be thrown.
function ignoreLateError(): void {}

/** Returns what is wrong with the server's certificate, given the pinned one; `null` if nothing is. */
function objectionTo(shown: X509Certificate | undefined, pin: string): SmtpFact | null {
  const objection = (reason: 'not_pinned' | 'expired' | 'not_yet_valid', text: string): SmtpFact => ({
    ...{ kind: 'tls', stage: 'tls', reason, text },
  });
  if (shown?.fingerprint256 !== pin)
    return objection('not_pinned', `the server shows the certificate ${shown?.fingerprint256 ?? '(none)'}; the pinned one is ${pin}`);
  const now = Date.now();
  if (now > Date.parse(shown.validTo)) return objection('expired', `the pinned certificate was valid until ${shown.validTo}`);
  return now < Date.parse(shown.validFrom) ? objection('not_yet_valid', `the pinned certificate is valid from ${shown.validFrom}`) : null;
}

/** Only the contexts used last are kept; each holds about 500 KB of certificates. */
const CONTEXTS_AT_MOST = 50;
const contexts = new Map<string, SecureContext>();

/**
 * Returns the TLS context for a server with its own authorities or a client certificate. Contexts are kept, because parsing Node's 140 root
 * certificates takes milliseconds. The cache key needs no client key, because each client certificate has only one.
 */
function contextOf({ caPem, clientCertificate }: SmtpServer): { secureContext?: SecureContext } {
  if (caPem === undefined && clientCertificate === undefined) return {};
  const key = JSON.stringify([caPem ?? '', clientCertificate?.chainPem ?? '']);
  const secureContext = contexts.get(key) ?? newContext(caPem, clientCertificate);
  contexts.delete(key);
  contexts.set(key, secureContext);
  const [oldest] = contexts.keys();
  if (contexts.size > CONTEXTS_AT_MOST && oldest !== undefined) contexts.delete(oldest);
  return { secureContext };
}

const newContext = (caPem: string | undefined, client: SmtpServer['clientCertificate']): SecureContext =>
  createSecureContext({
    minVersion: 'TLSv1.2',
    ...(caPem === undefined ? {} : { ca: [...rootCertificates, caPem], allowPartialTrustChain: !endsInRoots(caPem) }),
    ...(client === undefined ? {} : { cert: client.chainPem, key: client.keyPem }),
  });

/**
 * A team may have only the certificate of an intermediate authority, which is then enough. If it has the root, an incomplete chain must be reported
 * as incomplete.
 */
function endsInRoots(caPem: string): boolean {
  const authorities = caPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return authorities.map((pem) => new X509Certificate(pem)).every((authority) => authority.checkIssued(authority));
}
