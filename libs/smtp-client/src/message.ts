import { type SmtpFact } from '@billing-mail/mail-core';
import { type Dialogue } from './dialogue.js';

/** The caller's decision when everything but the end of data has been sent. */
type GateDecision = 'release' | 'hold';

export type OutgoingMessage = {
  /** Envelope sender, already validated; empty for the null sender. */
  from: string;
  /** Envelope recipients, already validated; at least one. */
  recipients: readonly string[];
  /**
   * Identifies the message in delivery reports. If it is set and the server offers DSN (RFC 3461), the server is asked to report failures
   * and delays, and to name each recipient in the report as it is written here. If it is not set, the server reports in its usual way.
   */
  envelopeId?: string;
  /** The exact number of bytes of `body`. A body that turns out shorter or longer is never completed with an end of data. */
  size: number;
  /**
   * The message as it goes on the wire: every line, including the last, ends with CRLF, and no line begins with a dot. Blocks are requested
   * once the server accepts the message, and no more after it is given up. The source must itself produce or fail in bounded time: there is
   * no time limit here, because the server is not to blame for this wait.
   */
  body: Buffer | (() => AsyncIterable<Uint8Array>);
  /**
   * Called when all of the body but its last bytes has been sent, with the recipients that the server accepted. Commit what must be known
   * after a crash, then answer; a rejection counts as `hold`. It must settle by itself, because the transaction's result waits for it.
   */
  beforeEndOfData: (acceptedRecipients: string[]) => Promise<GateDecision>;
  /** Called when the end of data has been sent and only the server's answer is missing. */
  afterEndOfData?: () => void;
  /** Records what both sides say about this message. */
  dialogue?: Dialogue;
};

/** `accepted`: the server accepted the address at RCPT. `fact`: why it refused the address. If neither is set, the server was not asked. */
export type RecipientAnswer = { address: string; accepted: boolean; fact?: SmtpFact };

/**
 * What became of a message. `bodyBegun`: at least one byte of the body was written, so the server may hold a part of it.
 * - `accepted`: the final reply was positive; it counts for every recipient with `accepted`.
 * - `failed`: `fact` tells where and how. If `endOfDataReleased` is true and the fact is not a refusal, nobody knows whether the server
 *   took it.
 * - `held`: `beforeEndOfData` answered `hold` or failed (`cause`), or the session was closed; the server has not seen the end of data.
 * - `body_failed`: the body could not be read or was not fit to send; the server has not seen the end of data.
 */
export type TransactionResult = { recipients: RecipientAnswer[]; bodyBegun: boolean; endOfDataReleased: boolean } & Ending;

export type Ending =
  /** `reply`: one line of at most 500 characters, untrusted. */
  | { outcome: 'accepted'; code: number; reply: string }
  | { outcome: 'failed'; fact: SmtpFact }
  | { outcome: 'held'; cause: unknown }
  | { outcome: 'body_failed'; cause: unknown };

/** Returns the result of a message that was never offered to the server. */
export function notOffered(message: Pick<OutgoingMessage, 'recipients'>, ending: Ending): TransactionResult {
  const recipients = message.recipients.map((address) => ({ address, accepted: false }));
  return { recipients, bodyBegun: false, endOfDataReleased: false, ...ending };
}
