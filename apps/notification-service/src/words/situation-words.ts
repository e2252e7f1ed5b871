// What each text about a document or a certificate needs in every language.
import { type DeliveryBouncedEvent } from '@billing-mail/contracts';

/**
 * What a text is about: the (latest) document with its type, the number of documents, for how many recipients it was accepted, and for how
 * many of these by the platform (`null` if unknown). Acceptance is all that is ever known, because no server confirms arrival.
 */
export type About = { document: string; count: number; accepted: number; recipients: number; byPlatform: number | null };

/**
 * `means` and `todo` are `null` if the text for the failure says the same. `titleOfMany` is `null` if `title` and `happened` cover many
 * documents themselves. Otherwise the text below `titleOfMany` describes the latest document.
 */
export type SituationWords = {
  title: (about: About) => string;
  titleOfMany: ((count: number) => string) | null;
  happened: (about: About) => string;
  means: string | null;
  todo: string | null;
};

/** What can have happened to a document, in the cases that people distinguish. */
export type DeliverySituation =
  | 'failed'
  | 'failed_on_both_routes'
  | 'partly_sent'
  | 'uncertain'
  | 'in_doubt'
  | 'sent_after_doubt'
  | 'fell_back'
  | 'cancelled'
  | 'partly_cancelled';

/**
 * `unknown`: the document came back, and the report does not say from whom. `passed_on`: the report does not say so either, but the
 * document has only one recipient, from whom nothing came back: it was a copy that was passed on.
 */
export type BounceSituation = DeliveryBouncedEvent['what'] | 'unknown' | 'passed_on';

export type BounceWords = {
  title: (about: Omit<About, 'byPlatform'>) => string;
  /** Left out where all alerts of a notification are about the same document. */
  titleOfMany?: (count: number) => string;
  happened: (about: Omit<About, 'byPlatform'>) => string;
  /** Heading of the list of recipients. */
  heading: string;
  /** What to do, besides the advice for the reason. */
  todo: string;
};

/** What is said of a certificate for one use. */
export type CertificateWords = {
  /** The subject of the title. */
  it: string;
  /** The subject of the sentence that says until when it is valid. */
  named: (name: string) => string;
  before: string;
  after: string;
  todo: string;
};
