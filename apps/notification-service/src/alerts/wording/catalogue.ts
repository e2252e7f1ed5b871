// What a language must have words for, besides those of each kind of alert. A language without one of them does not compile.
import { type DocumentReference, type RecipientRole, type SeenForReply } from '@billing-mail/contracts';

/** Why an e-mail about a notification is missing; `waiting`: so far. */
export type EmailTrouble = 'waiting' | 'no_such_address' | 'gave_up' | 'uncertain';

export type Catalogue = {
  documentTypes: Record<DocumentReference['type'], string>;
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
