import { type SmtpTestStep } from '@billing-mail/contracts';
import { type SmtpFact } from '@billing-mail/mail-core';
import { type SignIn } from './signing-in/credentials.js';

/** An SMTP server as a team, or the platform, has configured it. */
export type SmtpServer = {
  /** Host name (ASCII) or IP literal. */
  host: string;
  port: number;
  security: 'tls' | 'starttls' | 'none';
  auth: SignIn;
  /** Certificates (PEM) that are trusted in addition to Node's own: those of the team's own authority, or of development and tests. */
  caPem?: string;
  /** SHA-256 of the only certificate that is accepted, in pairs of hexadecimal digits; its issuer and its name do not matter. */
  pin?: string;
  /** Sent if the server asks for a client certificate: the certificate followed by its issuers, and its key. */
  clientCertificate?: { chainPem: string; keyPem: string };
  /** The platform's own server: the operator named it, so the network policy is not applied. */
  trusted?: boolean;
};

/** Where a team's own server may be (`SMTP_ALLOWED_NETWORKS` and `SMTP_ALLOWED_PORTS`). */
export type NetworkPolicy = {
  /** CIDRs that are allowed although they are not public. */
  allowedNetworks: readonly string[];
  allowedPorts: readonly number[];
  /** Called for each name or address that leads into a private network, for the operator's log; users are not told that it exists. */
  onForbidden?: (host: string) => void;
};

/** Milliseconds. `connectMs` also bounds DNS and the TLS handshake, each by itself; `finalReplyMs` is the wait after end of data. */
export type Timeouts = { connectMs: number; replyMs: number; finalReplyMs: number };

/**
 * The result of one step of the conversation. `detail` is one line of at most 500 characters; it may quote the server, so it is untrusted.
 * `fact` is set when `ok` is false, `address` when a connection has been made.
 */
export type SessionStep = { step: SmtpTestStep['step']; ok: boolean; ms: number; detail: string; fact?: SmtpFact; address?: string };

/** Extensions that the server announced for this session. */
export type Capabilities = {
  /** Largest message in bytes; `null` when not announced or announced as unlimited. */
  maxMessageBytes: number | null;
  /** Accepts the size of a message as a parameter of MAIL. */
  size: boolean;
  /** How many recipients it accepts in one transaction (LIMITS RCPTMAX, RFC 9422); `Infinity` when not announced. */
  recipientsAtMost: number;
  /** Accepts addresses with characters outside ASCII (RFC 6531). */
  smtpUtf8: boolean;
  /** Accepts commands before it has answered the previous ones (RFC 2920). */
  pipelining: boolean;
  /** Mechanisms in upper case. */
  authMechanisms: readonly string[];
  startTls: boolean;
  /** Sends the delivery reports that a client requests (RFC 3461). */
  dsn: boolean;
};
