import { type SmtpFact } from '@billing-mail/mail-core';
import { type Dialogue } from './dialogue.js';

/** What the caller says when everything but the end of data is out. */
type GateDecision = 'release' | 'hold';

export type OutgoingMessage = {
  /** Envelope sender, vetted; empty for the null sender. */
  from: string;
  /** Envelope recipients, vetted, at least one. */
  recipients: readonly string[];
  /**
   * Name of the message in reports on it. Where the server offers it (RFC 3461) it is asked to report failures and delays, and to name each
   * recipient in that report as it is here. If not set, the server reports in its usual way.
   */
  envelopeId?: string;
  /** Bytes of `body`, exactly: a body that turns out shorter or longer is never ended. */
  size: number;
  /**
   * The message as it goes on the wire: lines ended by CRLF, the last one too, and none that begins with a dot. Blocks are asked for
   * once the server takes the message, and no longer when it is given up. The source must produce or fail in bounded time by
   * itself: there is no time limit here, because the server is not to blame for waiting.
   */
  body: Buffer | (() => AsyncIterable<Uint8Array>);
  /**
   * Asked once the body is out but for its last bytes, with the recipients that the server took. Commit what must be known
   * after a crash, then answer; a rejection holds. Must settle by itself: the transaction's result waits for it.
   */
  beforeEndOfData: (acceptedRecipients: string[]) => Promise<GateDecision>;
  /** Called once the end of data is out and only the server's answer is missing. */
  afterEndOfData?: () => void;
  /** Records what both sides say about it. */
  dialogue?: Dialogue;
};

/** `accepted`: the server took the address at RCPT. `fact`: it refused it. Neither: the server was not asked. */
export type RecipientAnswer = { address: string; accepted: boolean; fact?: SmtpFact };

/**
 * What became of a message. `bodyBegun`: a byte of the body was written, so that the server may hold a part of it.
 * - `accepted`: the final reply was positive; it holds for every recipient with `accepted`.
 * - `failed`: `fact` tells where and how. With `endOfDataReleased` and a fact that is no refusal nobody knows whether the server took it.
 * - `held`: the gate said no, `cause` kept it from answering, or the session was closed; the server has not seen the end of data.
 * - `body_failed`: our own trouble with the body; the server has not seen the end of data.
 */
export type TransactionResult = { recipients: RecipientAnswer[]; bodyBegun: boolean; endOfDataReleased: boolean } & Ending;

export type Ending =
  /** `reply`: one line of at most 500 characters, untrusted. */
  | { outcome: 'accepted'; code: number; reply: string }
  | { outcome: 'failed'; fact: SmtpFact }
  | { outcome: 'held'; cause: unknown }
  | { outcome: 'body_failed'; cause: unknown };

/** The result of a message of which nothing was said to the server. */
export function notOffered(message: Pick<OutgoingMessage, 'recipients'>, ending: Ending): TransactionResult {
  const recipients = message.recipients.map((address) => ({ address, accepted: false }));
  return { recipients, bodyBegun: false, endOfDataReleased: false, ...ending };
}
