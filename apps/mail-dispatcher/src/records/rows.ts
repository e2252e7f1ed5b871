// The tables of the schema `dispatch` as types, as far as sending a delivery needs them.
import {
  type DeliveryStatus,
  type DocumentReference,
  type FailureReason,
  type Locale,
  type RecipientRole,
  type Requester,
  type Route,
} from '@billing-mail/contracts';
import { type RecipientState } from '@billing-mail/mail-core';

/**
 * How a delivery looks to its recipients and who is alerted about it. Fixed when it is taken; later changes of the team's settings do not
 * affect it.
 */
export type Look = {
  /** The route of the first try. */
  firstRoute: Route;
  companyName: string;
  replyTo: string | null;
  /** The team's own sender; `null` if the team sends by the platform. */
  customFrom: { address: string; name: string | null } | null;
  platformFromAddress: string;
  notifyUserIds: string[];
  locale: Locale;
};

export type RecipientRow = RecipientState & { address: string; name: string | null; role: RecipientRole };

/** A document of a delivery: a blob, or a document that invoicing keeps in the store under a key of its own. */
export type AttachmentRow = {
  filename: string;
  contentType: string;
  /** If set, the document is an inline part, named by `cid:` in the HTML. */
  contentId: string | null;
  sha256: string;
  size: number;
  /** Key of a document of invoicing; `null` for a blob, which is found by its hash. */
  ref: string | null;
};

/** `bytes` is set if they have just been read and checked. */
export type AttachmentInHand = AttachmentRow & { bytes?: Buffer };

/** A message as it went out on a route. */
export type MessageFacts = { sha256: string; size: number; signed: boolean };

/**
 * A try that was begun and never settled: its worker died, or another worker took the delivery over. `positions`: the recipients to whom
 * its end of data may have gone out.
 */
export type OpenTry = { attemptId: string; claimId: string; route: Route; server: string; positions: number[]; ageMs: number };

/** A delivery that this process works on, with everything it needs, so that nothing is read again. */
export type DeliveryInHand = {
  id: string;
  claimId: string;
  /** Grows when its recipients are changed without the claim. As long as it is the same, `recipients` is current. */
  revision: number;
  teamId: string;
  key: string;
  document: DocumentReference;
  requestedBy: Requester;
  subject: string;
  resendOf: string | null;
  lane: string;
  route: Route | null;
  usedFallback: boolean;
  tries: Record<Route, number>;
  failure: FailureReason | null;
  /** `null` until the team's settings could be read. */
  look: Look | null;
  messageIds: Partial<Record<Route, string>>;
  /** Used for the Date field and the signing time. */
  datedAt: Date | null;
  postponements: number;
  crashes: number;
  /** How many dispatchers in a row have died while they composed or wrote only this delivery. */
  deathsAlone: number;
  recipients: RecipientRow[];
  text: string;
  html: string | null;
  attachments: AttachmentInHand[];
  /** The highest number of its tries so far. */
  lastAttempt: number;
  openTries: OpenTry[];
  /** Trace context of the step that took the delivery; `null` if it was not traced. */
  traceparent: string | null;
  /** The message that went out, or began to go out, on each route. */
  messages: Partial<Record<Route, MessageFacts>>;
};

/** The part of a delivery that decisions need. */
export type DeliveryState = Pick<
  DeliveryInHand,
  'id' | 'teamId' | 'key' | 'document' | 'requestedBy' | 'subject' | 'look' | 'route' | 'usedFallback' | 'tries' | 'failure'
> & {
  status: DeliveryStatus;
  /** Who cancelled it, if known here. A worker with the claim learns of a cancellation from the recipients instead. */
  cancelledBy?: string | null;
  recipients: readonly RecipientRow[];
  /** Trace context of the step that leads to its outcome, if traced. */
  traceparent?: string | null;
};

/** A delivery whose look is fixed. */
export type LookedAfter = DeliveryInHand & { look: Look; route: Route; datedAt: Date };

/** What is recorded of a try besides its results: how far it came, and what the server said. */
export type AttemptFacts = {
  durationMs: number;
  stage: string | null;
  code: number | null;
  enhancedCode: string | null;
  reason: string | null;
  reply: string | null;
  server: string;
  tls: string | null;
  /** The SMTP dialogue, if not all recipients were accepted. */
  transcript?: string | null;
};
