// What a language must have words for. A language without one of them does not compile.
import {
  type DocumentReference,
  type PlatformUnavailableEvent,
  type RecipientRole,
  type SeenForReply,
  type WebhookOffReason,
} from '@billing-mail/contracts';

/** What can have become of a document, as people distinguish it. */
export const SITUATIONS = [
  'failed',
  'failed_on_both_routes',
  'partly_sent',
  'uncertain',
  'in_doubt',
  'sent_after_doubt',
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

/**
 * What it is about: the (latest) document with its type, how many documents, how many recipients it was taken for, and for how many of
 * these by the platform; `null` where that is not known. That a server took it is all that is ever known: nobody says that it arrived.
 */
export type About = { document: string; count: number; accepted: number; recipients: number; byPlatform: number | null };

/**
 * `means` and `todo` are null where the words for the failure itself say it. `titleOfMany` is null where title and `happened` speak of many
 * themselves; otherwise the latest document is described under it.
 */
export type SituationWords = {
  title: (about: About) => string;
  titleOfMany: ((count: number) => string) | null;
  happened: (about: About) => string;
  means: string | null;
  todo: string | null;
};

/** What befell a way out; `server` is a name, `since` and `until` a time in words. */
export type IncidentWords = {
  serverDown: {
    title: (server: string) => string;
    happened: (since: string, waiting: number) => string;
    /** What became of documents by it since it was told. */
    failedSince: (count: number) => string;
    fellBackSince: (count: number) => string;
    means: string;
  };
  platformUnavailable: {
    title: string;
    happened: Record<PlatformUnavailableEvent['reason'], (since: string, waiting: number) => string>;
    means: Record<PlatformUnavailableEvent['reason'], string>;
    todo: string;
  };
  certificateExpiring: { title: (daysLeft: number) => string; happened: (until: string) => string; means: string; todo: string };
  ownCertificateExpiring: {
    title: (daysLeft: number) => string;
    happened: (until: string, addresses: string) => string;
    means: (hasEnded: boolean) => string;
    todo: string;
  };
  webhookOff: { title: (host: string) => string; happened: Record<WebhookOffReason, string>; means: string; todo: string };
};

/** What comes to light after a document was sent; `unknown`: it came back, and nobody knows from whom. */
export type BounceSituation = 'bounced' | 'unknown' | 'complaint' | 'known_dead';
export type BounceAbout = Pick<About, 'document' | 'count' | 'accepted' | 'recipients'>;
export type BounceSituationWords = {
  title: (about: BounceAbout) => string;
  titleOfMany: (count: number) => string;
  happened: (about: BounceAbout) => string;
  /** Above those that it is about. */
  heading: string;
  /** Before what is to be done for the reason. */
  todo: string;
};

/** Why an e-mail about a notification is missing; `waiting`: so far. */
export const EMAIL_TROUBLES = ['waiting', 'no_such_address', 'gave_up', 'uncertain'] as const;
export type EmailTrouble = (typeof EMAIL_TROUBLES)[number];

export type Catalogue = {
  documentTypes: Record<DocumentReference['type'], string>;
  situations: Record<Situation, SituationWords>;
  incidents: IncidentWords;
  bounces: Record<BounceSituation, BounceSituationWords>;
  /** What was seen in place of the reply to the end of data; `server` is its name after a blank, or nothing. */
  seen: Record<SeenForReply | 'unknown', (server: string) => string>;
  /** After an address: the role, where it is not `to`. */
  roles: Record<RecipientRole, string | null>;
  /** In place of a reason, for a recipient that has none. */
  noReason: { cancelled: string; bounced: string; other: string };
  /** Above the list of those who do not have it, of those who may have it, and of those who may have it twice. */
  notReached: string;
  mayHave: string;
  mayHaveTwice: string;
  more: (count: number) => string;
  /** Who was accepted after a doubt may have a second copy. */
  secondCopyNote: string;
  /** The own server failed, and a part went out by the platform. */
  fallbackNote: string;
  /** Above what is wrong with each field of a job. */
  fieldErrors: string;
  /** Text that others wrote, marked as such; it holds no quotation marks itself. */
  quoted: (foreign: string) => string;
  /** Whose trouble it is, in e-mails. */
  team: (teamId: string) => string;
  /** Above the description of the latest document. */
  ofMany: (count: number) => string;
  /** `reply` is quoted. */
  serverReply: (reply: string) => string;
  /** Under a notification in the inbox whose e-mail is missing. */
  notByEmail: Record<EmailTrouble, string>;
  /** The e-mail about many messages at once. */
  digest: { title: (count: number) => string; heading: string };
  /** Where the links of an e-mail lead to. */
  links: Record<'delivery' | 'deliveries' | 'incident' | 'settings' | 'webhooks' | 'inbox' | 'preferences', string>;
  /** Under every e-mail. */
  emailFooter: string;
};
