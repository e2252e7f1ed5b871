// Turns what Node reports about a link into facts.
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

/** What a server says of the certificate of a client (RFC 8446 6.2). */
const CLIENT_CERTIFICATE_REASONS: Readonly<Record<string, TlsReason>> = {
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'client_certificate_wanted',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'client_certificate_refused',
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'client_certificate_refused',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'client_certificate_refused',
};

const TLS_REASONS: Readonly<Record<string, TlsReason>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong_host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  // The server sent its own certificate only: mostly the one in between is missing, which browsers know from elsewhere.
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'incomplete',
  CERT_CHAIN_TOO_LONG: 'untrusted',
  CERT_REVOKED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  INVALID_CA: 'untrusted',
  INVALID_PURPOSE: 'untrusted',
  PATH_LENGTH_EXCEEDED: 'untrusted',
  // TLS 1.1 and older, ciphers and keys of that time. A server that has no TLS at all at this port (WRONG_VERSION_NUMBER) is not among them.
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'outdated',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'outdated',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'outdated',
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY: 'outdated',
  ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED: 'outdated',
  ERR_SSL_DH_KEY_TOO_SMALL: 'outdated',
  EE_KEY_TOO_SMALL: 'outdated',
  CA_KEY_TOO_SMALL: 'outdated',
  CA_MD_TOO_WEAK: 'outdated',
};

/** A link that broke. Codes that are not in the tables (TLS alerts in mid-session, …) count as `reset`: it was there and is gone. */
export function networkFact(stage: AttemptStage, error: NodeJS.ErrnoException): SmtpFact {
  const ofClient = CLIENT_CERTIFICATE_REASONS[error.code ?? ''];
  if (ofClient !== undefined) return { kind: 'tls', stage, reason: ofClient, text: handshakeText(error) };
  return { kind: 'network', stage, reason: NETWORK_REASONS[error.code ?? ''] ?? 'reset', text: error.message };
}

/** What a handshake had come to when it failed. */
export type HandshakeSoFar = {
  /** The server's certificate was there: both had agreed on how to encrypt. */
  hasSeenServer: boolean;
  showsOwn: boolean;
};

/** A TLS handshake that failed: by the network, by a certificate, or by the handshake itself. */
export function handshakeFact(error: NodeJS.ErrnoException, soFar: HandshakeSoFar): SmtpFact {
  const code = error.code ?? '';
  if (code in NETWORK_REASONS || code in CLIENT_CERTIFICATE_REASONS) return networkFact('tls', error);
  return { kind: 'tls', stage: 'tls', reason: handshakeReason(code, soFar), text: handshakeText(error) };
}

function handshakeReason(code: string, { hasSeenServer, showsOwn }: HandshakeSoFar): TlsReason {
  // TLS 1.2 has one alert for ciphers that do not fit and for a certificate that the client owes; the ciphers come first.
  if (code === 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' && hasSeenServer)
    return showsOwn ? 'client_certificate_refused' : 'client_certificate_wanted';
  return TLS_REASONS[code] ?? 'handshake';
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
