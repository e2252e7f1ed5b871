import { type AttemptStage, type FailureCode, type SeenForReply } from '@billing-mail/contracts';
import { type FailureScope, type MessageSizes } from './smtp-fact.js';

/**
 * What a fact means. `lasting`: `transient` may pass by itself, `permanent` needs a change, `uncertain` says that nobody
 * knows whether the server took the message. A verdict on one recipient's RCPT never undoes another's acceptance, also where
 * its scope is `route` (the cause lies with the way out, so every refused recipient met the same).
 */
export type Verdict = {
  scope: FailureScope;
  lasting: 'transient' | 'permanent' | 'uncertain';
  stage: AttemptStage;
  code: number | null;
  /** RFC 3463 status that goes with `code`. */
  enhancedCode: string | null;
  reason: FailureCode;
  /** What the server said, or what came in place of a reply, by `cleanReply`; `null` when nothing came. Untrusted. */
  reply: string | null;
  /** How long the server asked to wait, brought within the bounds of `askedWaitMs`; left out where it named no time. */
  askedWaitMs?: number;
  /** Of a message that is larger than the server says that it takes. */
  sizes?: MessageSizes;
  /** Every message that goes this way would meet the same, and asking again and again makes it worse. */
  stopsWay?: true;
  /** With `uncertain`: what was seen in place of the reply to the end of data. */
  seen?: SeenForReply;
};

/** The part of a verdict that is an opinion; the rest repeats what was observed. */
export type Judgement = Pick<Verdict, 'scope' | 'lasting' | 'reason' | 'stopsWay'>;
