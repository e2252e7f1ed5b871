// Turns what Node reports about a link into facts.
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
 * What a server's alert means (RFC 8446 6.2, RFC 5246 7.2.2), by its number: its name differs between versions of OpenSSL, and so does the `code` that
 * Node derives from it.
 */
const ALERT_REASONS: Readonly<Record<number, TlsReason>> = {
  // TLS 1.1 and older, ciphers of that time.
  40: 'outdated',
  70: 'outdated',
  71: 'outdated',
};

/** Bad, unsupported, revoked, expired, unknown, of an unknown authority, denied, required: all of them speak of the certificate of the client. */
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
  // TLS 1.1 and older, and keys of that time. A server that has no TLS at all at this port (WRONG_VERSION_NUMBER) is not among them.
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'outdated',
  ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED: 'outdated',
  ERR_SSL_DH_KEY_TOO_SMALL: 'outdated',
  EE_KEY_TOO_SMALL: 'outdated',
  CA_KEY_TOO_SMALL: 'outdated',
  CA_MD_TOO_WEAK: 'outdated',
};

/** A link that broke. Codes that are not in the tables (TLS alerts in mid-session, …) count as `reset`: the connection existed and is gone. */
export function networkFact(stage: AttemptStage, error: NodeJS.ErrnoException): SmtpFact {
  return { kind: 'network', stage, reason: NETWORK_REASONS[error.code ?? ''] ?? 'reset', text: error.message };
}

/** A link that broke once the handshake was done, which with TLS 1.3 is before the server has looked at the certificate of the client. */
export function linkFact(stage: AttemptStage, error: NodeJS.ErrnoException, socket: Socket): SmtpFact {
  const reason = stage === 'greeting' && socket instanceof TLSSocket ? reasonOfClient(error, socket) : null;
  return reason === null ? networkFact(stage, error) : { kind: 'tls', stage, reason, text: handshakeText(error) };
}

/** A TLS handshake that failed: by the network, by a certificate, or by the handshake itself. */
export function handshakeFact(error: NodeJS.ErrnoException, socket: TLSSocket): SmtpFact {
  const code = error.code ?? '';
  if (code in NETWORK_REASONS) return networkFact('tls', error);
  const reason = reasonOfClient(error, socket) ?? ALERT_REASONS[alertOf(error) ?? 0] ?? TLS_REASONS[code] ?? 'handshake';
  return { kind: 'tls', stage: 'tls', reason, text: handshakeText(error) };
}

/** What the server objects to in the client's certificate, or that there is none; `null` if its alert is about something else. */
function reasonOfClient(error: Error, socket: TLSSocket): TlsReason | null {
  const alert = alertOf(error);
  if (alert === null) return null;
  // TLS 1.2 has one alert for ciphers that do not match and for a missing client certificate. Ciphers are agreed on first: once the server's
  // certificate has arrived, the alert cannot be about ciphers.
  const isOwed = alert === HANDSHAKE_FAILURE && socket.getPeerX509Certificate() !== undefined;
  if (!isOwed && !ALERTS_OF_CLIENT_CERTIFICATE.has(alert)) return null;
  return socket.getX509Certificate() === undefined ? 'client_certificate_wanted' : 'client_certificate_refused';
}

/** The number at the end of OpenSSL's message about an alert. */
function alertOf({ message }: Error): number | null {
  const [, number] = /SSL alert number (\d+)/.exec(message) ?? [];
  return number === undefined ? null : Number(number);
}

/** OpenSSL's own form names files of its source code (`error:0A000102:SSL routines:…:statem_lib.c:1985:`), Node adds advice on its command line. */
function handshakeText({ message, code, reason }: NodeJS.ErrnoException & { reason?: string }): string {
  const isOpenSsl = /error:[0-9A-F]{8}:/i.test(message);
  const words = isOpenSsl ? (reason ?? 'TLS failed') : (message.split('; ')[0] ?? '');
  return code === undefined ? words : `${words} (${code})`;
}

export function timeoutFact(stage: AttemptStage, what: string, ms: number): SmtpFact {
  return { kind: 'network', stage, reason: 'timeout', text: `${what} within ${ms / 1000} s` };
}
