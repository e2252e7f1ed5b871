// What a language must have words for. A language without one of them does not compile.
import { type DocumentReference, type RecipientRole } from '@billing-mail/contracts';

/** What can have become of a document, as people distinguish it. */
export const SITUATIONS = [
  'failed',
  'failed_on_both_routes',
  'partly_sent',
  'uncertain',
  'fell_back',
  'cancelled',
  'partly_cancelled',
  'invalid',
  'key_conflict',
  'recurrence_conflict',
  'team_unknown',
  'given_up',
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** What it is about: the (latest) document with its type, how many documents, and how many recipients it reached. */
export type About = { document: string; count: number; accepted: number; recipients: number };

/** `means` and `todo` are null where the words for the failure itself say it. */
export type SituationWords = {
  title: (about: About) => string;
  happened: (about: About) => string;
  means: string | null;
  todo: string | null;
};

export type Catalogue = {
  documentTypes: Record<DocumentReference['type'], string>;
  situations: Record<Situation, SituationWords>;
  /** After an address: the role, where it is not `to`. */
  roles: Record<RecipientRole, string | null>;
  /** In place of a reason, for a recipient that has none. */
  noReason: { uncertain: string; cancelled: string; bounced: string; other: string };
  /** Above the list of those that have not got it. */
  notReached: string;
  more: (count: number) => string;
  /** The own server failed, and a part went out by the platform. */
  fallbackNote: string;
  /** Above what is wrong with each field of a job. */
  fieldErrors: string;
  serverReply: (reply: string) => string;
  /** Under every e-mail. */
  emailFooter: string;
};
