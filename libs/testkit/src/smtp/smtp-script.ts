// What a scripted SMTP server does, as data: one action per stage of the conversation, polite where nothing is said.
import { type CertificateKind } from './tls-certificates.js';

/**
 * One thing to do where a reply is due.
 * - text: the reply, `\n` between the lines of a longer one (`'250 ok'`, `'550 5.1.1 no such user'`)
 * - `close`: end the connection in order; `reset`: break it (RST); `stall`: say nothing more and keep it open
 * - `drip`: the reply byte by byte
 * - `raw`: exactly these bytes, no line end added; then, where it says so, the end
 * - `flood`: reply lines without a last one, until that many bytes or for ever
 * - `wait`: something after so many milliseconds, or when that promise is kept
 * - `reply`/`then`: the reply, and at once the end
 * - `inTurn`: the first action the first time, the next the next time, the last from then on, over all connections
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
  /** Default `good`: for localhost, smtp.test and names below it, 127.0.0.1 and ::1, by the authority in `caPem`. */
  certificate?: CertificateKind;
  /** Lets in only clients that show a certificate which one of these (PEM) has issued. */
  clientAuthorities?: string;
  maxTlsVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  /** At the moment of the connection, before anything else. */
  connect?: SmtpAction;
  /** In place of the TLS handshake. */
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
  /** Who may sign in; a token stands in place of a password. Not set: AUTH is not offered. */
  accounts?: { username: string; password: string }[];
  /** Whether a token is good, asked of who has given it out. Set: AUTH is offered as with `accounts`. */
  tokens?: (given: { username: string; password: string }) => Promise<boolean>;
  starttls?: SmtpAction;
  auth?: SmtpAction | ((mechanism: string) => SmtpAction | undefined);
  /** What is said of a token that is not taken before it is refused, as a challenge: JSON with the big providers. */
  tokenChallenge?: string;
  /** Asks for the initial response of AUTH again. */
  ignoresInitialResponse?: boolean;
  /** By the number of the transaction on its connection, from 1, where it is a function. */
  mail?: SmtpAction | ((transaction: number) => SmtpAction);
  rcpt?: SmtpAction | ((address: string, index: number) => SmtpAction);
  data?: SmtpAction;
  /** Answers DATA by `data` although no sender or no recipient was taken. */
  takesDataAnyway?: boolean;
  /** After that many bytes of the body; by the number of the transaction, where it is a function. A `stall` stops reading; after a reply it reads on. */
  body?: BodyTrap | ((transaction: number) => BodyTrap | undefined);
  /** After the end of data; by the number of the transaction on its connection, from 1, where it is a function. */
  final?: SmtpAction | ((transaction: number) => SmtpAction);
  rset?: SmtpAction;
  quit?: SmtpAction;
  /** Sends the replies to commands that came together in one piece, as RFC 2920 3.2 recommends; otherwise each by itself. */
  repliesTogether?: boolean;
};

/** Action `first` that many times, then `then`. */
export const times = (count: number, first: SmtpAction, then: SmtpAction): SmtpAction => ({
  inTurn: [...Array.from({ length: count }, () => first), then],
});
