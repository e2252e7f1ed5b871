// Opens the TCP connection to addresses that the network policy has passed, and the TLS layer on it.
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, rootCertificates, type SecureContext, type TLSSocket } from 'node:tls';
import { type SmtpFact } from '@billing-mail/mail-core';
import { handshakeFact, networkFact, timeoutFact } from './facts.js';
import { type SmtpServer } from './smtp-server.js';

export type Connected<S> = { ok: true; socket: S } | { ok: false; fact: SmtpFact };

// Large providers list eight addresses and more; when four do not answer, the fifth will not either.
const MAX_ADDRESSES = 4;
/** Keepalive finds a peer that vanished while it owes the final reply, for which we wait minutes. */
const KEEPALIVE_MS = 30_000;

/**
 * Connects to the first address that takes the connection, one after the other. One address gets `connectMs`; several share
 * twice that. The fact of failure is that of the address that got furthest: an unroutable one says the least.
 */
export async function connectToAny(addresses: readonly string[], port: number, connectMs: number): Promise<Connected<Socket>> {
  const candidates = addresses.slice(0, MAX_ADDRESSES);
  const eachMs = Math.min(connectMs, (2 * connectMs) / candidates.length);
  const facts: SmtpFact[] = [];
  for (const address of candidates) {
    const connected = await connectTo(address, port, eachMs);
    if (connected.ok) return connected;
    facts.push(connected.fact);
  }
  const telling = facts.find((fact) => !(fact.kind === 'network' && fact.reason === 'unroutable')) ?? facts[0];
  if (telling === undefined) throw new TypeError('no address to connect to');
  return { ok: false, fact: { ...telling, text: facts.map((fact) => fact.text).join('; ') } };
}

function connectTo(address: string, port: number, timeoutMs: number): Promise<Connected<Socket>> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host: address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS });
    const settle = (result: Connected<Socket>) => {
      clearTimeout(timer);
      socket.removeAllListeners();
      if (!result.ok) {
        socket.on('error', ignoreLateError);
        socket.destroy();
      }
      resolve(result);
    };
    const timer = setTimeout(
      () => settle({ ok: false, fact: timeoutFact('connect', `no connection to ${address}:${port}`, timeoutMs) }),
      timeoutMs,
    );
    socket.once('connect', () => settle({ ok: true, socket }));
    socket.once('error', (error) => settle({ ok: false, fact: networkFact('connect', error) }));
  });
}

/** Makes the connection a TLS one: TLS 1.2 or newer, certificate checked against the host's name (or IP) and Node's roots. */
export function secureSocket(plain: Socket, server: SmtpServer, timeoutMs: number): Promise<Connected<TLSSocket>> {
  return new Promise((resolve) => {
    // An IP literal is no SNI name (RFC 6066 3); `host` alone makes Node check the certificate against it.
    const name = isIP(server.host) === 0 ? { servername: server.host } : {};
    const secureContext = server.caPem === undefined ? {} : { secureContext: contextTrusting(server.caPem) };
    const socket = connectTls({ socket: plain, host: server.host, minVersion: 'TLSv1.2', ...name, ...secureContext });
    const settle = (result: Connected<TLSSocket>) => {
      clearTimeout(timer);
      socket.removeAllListeners('secureConnect').removeAllListeners('error').removeAllListeners('close');
      if (!result.ok) {
        socket.on('error', ignoreLateError);
        socket.destroy();
        plain.destroy();
      }
      resolve(result);
    };
    const timer = setTimeout(() => settle({ ok: false, fact: timeoutFact('tls', 'TLS handshake not finished', timeoutMs) }), timeoutMs);
    plain.on('error', ignoreLateError);
    socket.once('secureConnect', () => settle({ ok: true, socket }));
    socket.once('error', (error: Error) => settle({ ok: false, fact: handshakeFact(error) }));
    socket.once('close', () =>
      settle({
        ok: false,
        fact: { kind: 'network', stage: 'tls', reason: 'closed', text: 'server closed the connection in the TLS handshake' },
      }),
    );
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
