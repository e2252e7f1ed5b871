import { type AttemptStage, type FailureReason } from '@billing-mail/contracts';

/**
 * What was observed when a try met trouble: an SMTP reply, or what happened in place of one. Observed by the SMTP client,
 * judged by `classifyReply`; nothing in here is an opinion yet.
 */
export type SmtpFact =
  /**
   * The server answered with a code that is not the expected one. `text` may have several lines and is untrusted. `byToken`: said at
   * sign-in, to an access token in place of a password.
   */
  | { kind: 'reply'; stage: AttemptStage; code: number; enhancedCode: string | null; text: string; byToken?: true }
  /** No address to connect to. */
  | { kind: 'address'; stage: 'dns'; reason: 'host_forbidden' | 'port_forbidden' | 'host_unknown' | 'dns_unavailable'; text: string }
  /** The link failed. `closed` = the server ended it in order, `reset` = it broke. */
  | { kind: 'network'; stage: AttemptStage; reason: 'refused' | 'unroutable' | 'reset' | 'closed' | 'timeout'; text: string }
  | {
      kind: 'tls';
      /** With TLS 1.3 a server says only after the handshake what it has against a client's certificate. */
      stage: AttemptStage;
      /**
       * `incomplete`: the server sent its own certificate only, and nobody known has issued it. `outdated`: it has nothing that is still safe.
       * `not_pinned`: it showed another certificate than the one that is pinned.
       */
      reason:
        | 'starttls_missing'
        | 'outdated'
        | 'untrusted'
        | 'incomplete'
        | 'expired'
        | 'not_yet_valid'
        | 'wrong_host'
        | 'not_pinned'
        | 'client_certificate_wanted'
        | 'client_certificate_refused'
        | 'handshake';
      text: string;
    }
  /** The peer does not speak SMTP as RFC 5321 says: garbage, endless reply, bytes injected behind STARTTLS. */
  | { kind: 'protocol'; stage: AttemptStage; text: string }
  /** Found out before asking, from EHLO: SIZE too small, no usable AUTH mechanism, no SMTPUTF8 for a recipient who needs it. */
  | { kind: 'unsupported'; stage: AttemptStage; reason: 'size'; sizes: MessageSizes; text: string }
  | { kind: 'unsupported'; stage: AttemptStage; reason: 'auth' | 'smtputf8'; text: string };

export type MessageSizes = NonNullable<FailureReason['sizes']>;

/** Failure of what: of the way to the server, of one recipient, or of this message. */
export type FailureScope = 'route' | 'recipient' | 'message';
