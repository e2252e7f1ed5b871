import { type AttemptStage, type FailureCode } from '@billing-mail/contracts';
import { type FailureScope } from './smtp-fact.js';

/**
 * All conditions that a rule names must hold. `code` is tested on the three digits, `status` on subject.detail of the enhanced code
 * (without the class, which repeats that of the code), `text` on what the server wrote.
 */
export type ReplyRule = {
  at?: readonly AttemptStage[];
  code?: RegExp;
  status?: RegExp;
  text?: RegExp;
  reason: FailureCode;
  /** Set if it differs from the scope of the stage. */
  scope?: FailureScope;
  /** A 5xx that passes by itself. There is no opposite: a 4xx is never permanent (RFC 5321 4.2.1). */
  passes?: true;
  /** The sending account is at fault: every message meets the same refusal, and a provider that sees it repeated locks the account. */
  stopsWay?: true;
};

/** A rule that recognises one server or provider by its words. */
export type ProviderRule = ReplyRule & {
  /** Where the words come from: documentation, source code or a report. */
  source: string;
  /** Replies as servers send them, each of which this rule must decide; the test reads them from here. */
  says: readonly { at: AttemptStage; reply: string }[];
};

export type ProviderRules = { provider: string; rules: readonly ProviderRule[] };
