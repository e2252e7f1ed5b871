// Describes as data what a scripted SMTP server does: one action per stage of the conversation; by default it accepts everything.
import { type CertificateKind } from './tls-certificates.js';

/**
 * One thing to do when a reply is due.
 * - text: the reply, with `\n` between its lines (`'250 ok'`, `'550 5.1.1 no such user'`)
 * - `close`: end the connection in order; `reset`: break it (RST); `stall`: send nothing more and keep it open
 * - `drip`: the reply byte by byte
 * - `raw`: exactly these bytes without an added line end; then the end in `then`, if there is one
 * - `flood`: reply lines without a last one, until that many bytes are sent (`Infinity`: for ever)
 * - `wait`: the action `then` after so many milliseconds, or when the promise has resolved
 * - `reply`/`then`: the reply, and at once the end
 * - `inTurn`: the first action the first time, the next one the next time, and the last one from then on, counted over all connections
 */
export type SmtpAction =
  | string
  | { drip: string; everyMs: number }
  | { raw: string; then?: 'close' | 'reset' | 'stall' }
  | { flood: number }
  | { wait: number | Promise<unknown>; then: SmtpAction }
  | { reply: string; then: 'close' | 'reset' | 'stall' }
  | { inTurn: SmtpAction[] };

/** Something to do in the middle of a body. */
export type BodyTrap = { afterBytes: number; action: SmtpAction };

export type SmtpScript = {
  /** `starttls` offers it, `tls` encrypts from the first byte. Default `none`. */
  security?: 'none' | 'starttls' | 'tls';
  /** Default `good`: for localhost, smtp.test and names below it, 127.0.0.1 and ::1, issued by the authority in `caPem`. */
  certificate?: CertificateKind;
  /** Lets in only clients with a certificate that one of these authorities (PEM) has issued. */
  clientAuthorities?: string;
  maxTlsVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** Done when a client has connected, before anything else. */
  connect?: SmtpAction;
  /** Done before the TLS handshake; an action that ends the connection takes its place. */
  handshake?: SmtpAction;
  banner?: SmtpAction;
  /** In place of the announcement made from `extensions`. */
  ehlo?: SmtpAction;
  helo?: SmtpAction;
  /** Announced besides STARTTLS, AUTH and SIZE. Default PIPELINING, 8BITMIME, SMTPUTF8, ENHANCEDSTATUSCODES. */
  extensions?: string[];
  /** Announced SIZE in bytes; 0 for none. Default 100 MB. */
  maxBytes?: number;
  /** Default `PLAIN LOGIN`, announced wherever `accounts` is set. */
  mechanisms?: string;
  /** Who may sign in; `password` may be a token. If neither this nor `tokens` is set, AUTH is not offered. */
  accounts?: { username: string; password: string }[];
  /** Asks the issuer of a token whether it is valid. If it is set, AUTH is offered as with `accounts`. */
  tokens?: (given: { username: string; password: string }) => Promise<boolean>;
  starttls?: SmtpAction;
  auth?: SmtpAction | ((mechanism: string) => SmtpAction | undefined);
  /** The challenge before a token is refused, which says why; the big providers send JSON. */
  tokenChallenge?: string;
  /** Ignores the initial response of AUTH and asks for it again. */
  ignoresInitialResponse?: boolean;
  /** A function gets the number of the transaction on its connection, from 1. */
  mail?: SmtpAction | ((transaction: number) => SmtpAction);
  rcpt?: SmtpAction | ((address: string, index: number) => SmtpAction);
  data?: SmtpAction;
  /** Answers DATA by `data` even if no sender or no recipient was accepted. */
  takesDataAnyway?: boolean;
  /**
   * Done after that many bytes of the body. A function gets the number of the transaction on its connection, from 1. A `stall` stops
   * reading; after a reply the server reads on.
   */
  body?: BodyTrap | ((transaction: number) => BodyTrap | undefined);
  /** Done after the end of data. A function gets the number of the transaction on its connection, from 1. */
  final?: SmtpAction | ((transaction: number) => SmtpAction);
  rset?: SmtpAction;
  quit?: SmtpAction;
  /** Sends the replies to commands that came together in one write, as RFC 2920 3.2 recommends; otherwise each reply by itself. */
  repliesTogether?: boolean;
};

/** Returns an action that does `first` that many times, and then always `then`. */
export const times = (count: number, first: SmtpAction, then: SmtpAction): SmtpAction => ({
  inTurn: [...Array.from({ length: count }, () => first), then],
});
