import { type Verdict } from '../replies/verdict.js';

/** What a try found out about one recipient; a recipient without a result was not reached. */
export type RecipientResult =
  | { position: number; outcome: 'accepted'; reply: string | null }
  | { position: number; outcome: 'refused'; verdict: Verdict }
  | { position: number; outcome: 'uncertain'; verdict: Verdict };
