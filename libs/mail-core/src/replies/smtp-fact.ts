import { type AttemptStage, type FailureReason } from '@billing-mail/contracts';

/**
 * What was observed when a try met trouble: an SMTP reply, or what happened in place of one. The SMTP client observes it and
 * `classifyReply` judges it; a fact contains no judgement yet.
 */
export type SmtpFact =
  /**
   * The server answered with a code that is not the expected one. `text` may have several lines and is untrusted. `byToken`: the reply
   * answers a sign-in with an access token in place of a password.
   */
  | { kind: 'reply'; stage: AttemptStage; code: number; enhancedCode: string | null; text: string; byToken?: true }
  /** No address to connect to. */
  | { kind: 'address'; stage: 'dns'; reason: 'host_forbidden' | 'port_forbidden' | 'host_unknown' | 'dns_unavailable'; text: string }
  /** The connection failed. `closed`: the server closed it in order; `reset`: it broke. */
  | { kind: 'network'; stage: AttemptStage; reason: 'refused' | 'unroutable' | 'reset' | 'closed' | 'timeout'; text: string }
  | {
      kind: 'tls';
      /** With TLS 1.3 a server says only after the handshake why it rejects a client certificate. */
      stage: AttemptStage;
      /**
       * `incomplete`: the server sent only its own certificate, and its issuer is not known. `outdated`: the server offers nothing that is
       * still safe. `not_pinned`: the server showed another certificate than the pinned one.
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
  /** The peer does not speak SMTP as RFC 5321 defines it: garbage, an endless reply, bytes injected behind STARTTLS. */
  | { kind: 'protocol'; stage: AttemptStage; text: string }
  /**
   * Known from the EHLO reply before anything is asked: SIZE too small, no usable AUTH mechanism, no SMTPUTF8 for a recipient who needs it.
   */
  | { kind: 'unsupported'; stage: AttemptStage; reason: 'size'; sizes: MessageSizes; text: string }
  | { kind: 'unsupported'; stage: AttemptStage; reason: 'auth' | 'smtputf8'; text: string };

export type MessageSizes = NonNullable<FailureReason['sizes']>;

/** What has failed: the route to the server, one recipient, or this message. */
export type FailureScope = 'route' | 'recipient' | 'message';
