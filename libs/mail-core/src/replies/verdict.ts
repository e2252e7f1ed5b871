import { type AttemptStage, type FailureCode, type SeenForReply } from '@billing-mail/contracts';
import { type FailureScope, type MessageSizes } from './smtp-fact.js';

/**
 * What a fact means. `lasting`: `transient` may pass by itself, `permanent` needs a change, `uncertain` means that nobody knows whether the
 * server accepted the message. A verdict on one recipient's RCPT never undoes the acceptance of another, even if its scope is `route` (then
 * the cause lies with the route, and every refused recipient met the same).
 */
export type Verdict = {
  scope: FailureScope;
  lasting: 'transient' | 'permanent' | 'uncertain';
  stage: AttemptStage;
  code: number | null;
  /** RFC 3463 status that goes with `code`. */
  enhancedCode: string | null;
  reason: FailureCode;
  /** What the server said, or what came in place of a reply, cleaned by `cleanReply`; `null` if nothing came. Untrusted. */
  reply: string | null;
  /** How long the server asked to wait, in milliseconds within the bounds of `askedWaitMs`; left out if it named no time. */
  askedWaitMs?: number;
  /** The sizes of a message that is larger than the server accepts. */
  sizes?: MessageSizes;
  /** Every message on this route would meet the same refusal, and asking again and again makes it worse. */
  stopsWay?: true;
  /** With `uncertain`: what was seen in place of the reply to the end of data. */
  seen?: SeenForReply;
};

/** The part of a verdict that is an opinion; the rest repeats what was observed. */
export type Judgement = Pick<Verdict, 'scope' | 'lasting' | 'reason' | 'stopsWay'>;
