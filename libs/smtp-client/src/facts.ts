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

const TLS_REASONS: Readonly<Record<string, TlsReason>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong_host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_CHAIN_TOO_LONG: 'untrusted',
  CERT_REVOKED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  INVALID_CA: 'untrusted',
  INVALID_PURPOSE: 'untrusted',
  PATH_LENGTH_EXCEEDED: 'untrusted',
};

/** A link that broke. Codes that are not in the table (TLS alerts in mid-session, …) count as `reset`: it was there and is gone. */
export function networkFact(stage: AttemptStage, error: NodeJS.ErrnoException): SmtpFact {
  return { kind: 'network', stage, reason: NETWORK_REASONS[error.code ?? ''] ?? 'reset', text: error.message };
}

/** A TLS handshake that failed: by the network, by the certificate, or by the handshake itself. */
export function handshakeFact(error: NodeJS.ErrnoException): SmtpFact {
  const code = error.code ?? '';
  if (code in NETWORK_REASONS) return networkFact('tls', error);
  return { kind: 'tls', stage: 'tls', reason: TLS_REASONS[code] ?? 'handshake', text: error.message };
}

export function timeoutFact(stage: AttemptStage, what: string, ms: number): SmtpFact {
  return { kind: 'network', stage, reason: 'timeout', text: `${what} within ${ms / 1000} s` };
}
