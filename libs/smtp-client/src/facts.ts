// Turns the errors that Node.js reports about a connection into facts.
import { type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type AttemptStage } from '@billing-mail/contracts';
import { type SmtpFact } from '@billing-mail/mail-core';

type NetworkReason = Extract<SmtpFact, { kind: 'network' }>['reason'];
type TlsReason = Extract<SmtpFact, { kind: 'tls' }>['reason'];

const NETWORK_REASONS: Readonly<Record<string, NetworkReason>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unroutable',
  ENETUNREACH: 'unroutable',
  EHOSTDOWN: 'unroutable',
  ENETDOWN: 'unroutable',
  EADDRNOTAVAIL: 'unroutable',
  EINVAL: 'unroutable',
  EACCES: 'unroutable',
  EPERM: 'unroutable',
};

/**
 * What a server's TLS alert means (RFC 8446 6.2, RFC 5246 7.2.2), by its number. Its name differs between versions of OpenSSL, and so does
 * the `code` that Node.js derives from it.
 */
const ALERT_REASONS: Readonly<Record<number, TlsReason>> = {
  // The server supports only TLS 1.1 or older, or only ciphers of that time.
  40: 'outdated',
  70: 'outdated',
  71: 'outdated',
};

/** Alerts about the client's certificate: bad, unsupported, revoked, expired, unknown, of an unknown authority, access denied, required. */
const ALERTS_OF_CLIENT_CERTIFICATE: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 49, 116]);

const HANDSHAKE_FAILURE = 40;

const TLS_REASONS: Readonly<Record<string, TlsReason>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong_host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  // The server sent only its own certificate: usually the intermediate one is missing, which browsers get elsewhere.
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'incomplete',
  CERT_CHAIN_TOO_LONG: 'untrusted',
  CERT_REVOKED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  INVALID_CA: 'untrusted',
  INVALID_PURPOSE: 'untrusted',
  PATH_LENGTH_EXCEEDED: 'untrusted',
  // The server supports only TLS 1.1 or older, or has a key of that time. No TLS at all at this port (WRONG_VERSION_NUMBER) is different.
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'outdated',
  ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED: 'outdated',
  ERR_SSL_DH_KEY_TOO_SMALL: 'outdated',
  EE_KEY_TOO_SMALL: 'outdated',
  CA_KEY_TOO_SMALL: 'outdated',
  CA_MD_TOO_WEAK: 'outdated',
};

/**
 * Returns the fact for a link that broke. Codes that are not in the table (TLS alerts in mid-session, …) count as `reset`: the connection
 * existed and is gone.
 */
export function networkFact(stage: AttemptStage, error: NodeJS.ErrnoException): SmtpFact {
  return { kind: 'network', stage, reason: NETWORK_REASONS[error.code ?? ''] ?? 'reset', text: error.message };
}

/** Returns the fact for a link that broke after the handshake, with TLS 1.3 maybe before the server has seen the client's certificate. */
export function linkFact(stage: AttemptStage, error: NodeJS.ErrnoException, socket: Socket): SmtpFact {
  const reason = stage === 'greeting' && socket instanceof TLSSocket ? reasonOfClient(error, socket) : null;
  return reason === null ? networkFact(stage, error) : { kind: 'tls', stage, reason, text: handshakeText(error) };
}

/** Returns the fact for a TLS handshake that failed because of the network, a certificate or the handshake itself. */
export function handshakeFact(error: NodeJS.ErrnoException, socket: TLSSocket): SmtpFact {
  const code = error.code ?? '';
  if (code in NETWORK_REASONS) return networkFact('tls', error);
  const reason = reasonOfClient(error, socket) ?? ALERT_REASONS[alertOf(error) ?? 0] ?? TLS_REASONS[code] ?? 'handshake';
  return { kind: 'tls', stage: 'tls', reason, text: handshakeText(error) };
}

/** Returns whether the server wants a client certificate or refuses the one that it got; `null` if the error is about something else. */
function reasonOfClient(error: Error, socket: TLSSocket): TlsReason | null {
  const alert = alertOf(error);
  if (alert === null) return null;
  // TLS 1.2 has one alert for ciphers that do not match and for a missing client certificate. Ciphers are agreed on first: once the server's
  // certificate has arrived, the alert cannot be about ciphers.
  const isOwed = alert === HANDSHAKE_FAILURE && socket.getPeerX509Certificate() !== undefined;
  if (!isOwed && !ALERTS_OF_CLIENT_CERTIFICATE.has(alert)) return null;
  return socket.getX509Certificate() === undefined ? 'client_certificate_wanted' : 'client_certificate_refused';
}

/** Returns the alert number at the end of OpenSSL's error message; `null` if there is none. */
function alertOf({ message }: Error): number | null {
  const [, number] = /SSL alert number (\d+)/.exec(message) ?? [];
  return number === undefined ? null : Number(number);
}

/**
 * Returns the message without internals: OpenSSL names files of its source code (`error:0A000102:SSL routines:…:statem_lib.c:1985:`), and
 * Node.js adds advice about its command line.
 */
function handshakeText({ message, code, reason }: NodeJS.ErrnoException & { reason?: string }): string {
  const isOpenSsl = /error:[0-9A-F]{8}:/i.test(message);
  const words = isOpenSsl ? (reason ?? 'TLS failed') : (message.split('; ')[0] ?? '');
  return code === undefined ? words : `${words} (${code})`;
}

export function timeoutFact(stage: AttemptStage, what: string, ms: number): SmtpFact {
  return { kind: 'network', stage, reason: 'timeout', text: `${what} within ${ms / 1000} s` };
}
