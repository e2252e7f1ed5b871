// The parts of texts that alerts of every kind, and their e-mails, share.
import { type DocumentReference, type RecipientRole, type SeenForReply } from '@billing-mail/contracts';

/** Why an e-mail about a notification is missing; `waiting`: it may still be sent. */
export type EmailTrouble = 'waiting' | 'no_such_address' | 'gave_up' | 'uncertain';

export type AlertParts = {
  documentTypes: Record<DocumentReference['type'], string>;
  /** What was seen instead of a reply to the end of data. `server`: a space and the server's name, or empty. */
  seen: Record<SeenForReply | 'unknown', (server: string) => string>;
  /** The role after an address; `null` for `to`. */
  roles: Record<RecipientRole, string | null>;
  /** The reason for a recipient that has none of its own. */
  noReason: { cancelled: string; bounced: string; other: string };
  /** Headings of the lists of recipients without the document, who may have it, and who may have it twice. */
  notReached: string;
  mayHave: string;
  mayHaveTwice: string;
  more: (count: number) => string;
  /** The team's own server did not accept the document for all recipients, and the platform went on with the others. */
  fallbackNote: string;
  /** Heading of the errors of a job's fields. */
  fieldErrors: string;
  /** Marks text from outside as a quotation; `foreign` contains no quotation marks. */
  quoted: (foreign: string) => string;
  /** The team that an e-mail is about. */
  team: (teamId: string) => string;
  /** Stands before the description of the latest of several documents. */
  ofMany: (count: number) => string;
  /** `reply` is quoted already. */
  serverReply: (reply: string) => string;
  /** Stands below a notification whose e-mail is missing. */
  notByEmail: Record<EmailTrouble, string>;
  /** Texts of an e-mail about many notifications. */
  digest: { title: (count: number) => string; heading: string };
  /** The links of an e-mail. */
  links: Record<'delivery' | 'deliveries' | 'incident' | 'settings' | 'webhooks' | 'inbox' | 'preferences', string>;
  /** Stands below every e-mail. */
  emailFooter: string;
};
