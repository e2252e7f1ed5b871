// The tables of the schema `dispatch` as types, as far as the way of a delivery needs them.
import {
  type DeliveryStatus,
  type DocumentReference,
  type FailureReason,
  type Locale,
  type RecipientRole,
  type RequestedBy,
  type Route,
} from '@billing-mail/contracts';
import { type RecipientState } from '@billing-mail/mail-core';

/** How a delivery looks to its recipients and who hears of it, fixed when it is taken: later changes of the team's settings do not touch it. */
export type Look = {
  /** The route that the delivery sets out on. */
  firstRoute: Route;
  companyName: string;
  replyTo: string | null;
  /** The team's own sender; `null` when the team sends by the platform. */
  customFrom: { address: string; name: string | null } | null;
  platformFromAddress: string;
  notifyUserIds: string[];
  locale: Locale;
};

export type RecipientRow = RecipientState & { address: string; name: string | null; role: RecipientRole };

/** A document of a delivery: a blob of the store, or a document that invoicing keeps there under its own key. */
export type AttachmentRow = {
  filename: string;
  contentType: string;
  /** Makes it an inline part for `cid:` in the HTML. */
  contentId: string | null;
  sha256: string;
  size: number;
  /** Key of a document that is invoicing's own; `null` for a blob, which is found by its hash. */
  ref: string | null;
};

/** The same while a process has it in hand: `bytes` where they have just been read and checked. */
export type AttachmentInHand = AttachmentRow & { bytes?: Buffer };

/** A message as it went out by a route. */
export type MessageFacts = { sha256: string; size: number; signed: boolean };

/** A try that let its end of data go and was never settled: its worker died or was taken over. */
export type OpenTry = { attemptId: string; claimId: string; route: Route; server: string; positions: number[]; ageMs: number };

/** A delivery that this process works on, with all that it needs: nothing is read again. */
export type DeliveryInHand = {
  id: string;
  claimId: string;
  /** Raised by whoever changes its recipients without holding the claim; as long as it is this one, `recipients` are true. */
  revision: number;
  teamId: string;
  key: string;
  document: DocumentReference;
  requestedBy: RequestedBy;
  subject: string;
  resendOf: string | null;
  lane: string;
  route: Route | null;
  usedFallback: boolean;
  tries: Record<Route, number>;
  failure: FailureReason | null;
  /** `null` while the team's settings could not be asked. */
  look: Look | null;
  messageIds: Partial<Record<Route, string>>;
  /** For the Date field and the signing time. */
  datedAt: Date | null;
  postponements: number;
  crashes: number;
  /** Dispatchers in a row that died while they composed or wrote this one and no other. */
  deathsAlone: number;
  recipients: RecipientRow[];
  text: string;
  html: string | null;
  attachments: AttachmentInHand[];
  /** Highest number of its tries so far. */
  lastAttempt: number;
  openTries: OpenTry[];
  /** The step of a trace that took it; `null` where that was not traced. */
  traceparent: string | null;
  /** The bytes that went out, or began to, by each route. */
  messages: Partial<Record<Route, MessageFacts>>;
};

/** A delivery as far as a decision needs it. */
export type DeliveryState = {
  id: string;
  teamId: string;
  key: string;
  document: DocumentReference;
  requestedBy: RequestedBy;
  subject: string;
  look: Look | null;
  status: DeliveryStatus;
  route: Route | null;
  usedFallback: boolean;
  tries: Record<Route, number>;
  failure: FailureReason | null;
  /** Who cancelled it, as far as that is known here: whoever holds its claim is told by its recipients. */
  cancelledBy?: string | null;
  recipients: readonly RecipientRow[];
  /** The step that its outcome follows from, where that is traced. */
  traceparent?: string | null;
};

/** A delivery whose look is fixed. */
export type LookedAfter = DeliveryInHand & { look: Look; route: Route; datedAt: Date };

/** What is noted of a try besides the results: how far it came and what the server said. */
export type AttemptFacts = {
  durationMs: number;
  stage: string | null;
  code: number | null;
  enhancedCode: string | null;
  reason: string | null;
  reply: string | null;
  server: string;
  tls: string | null;
  /** What was said, where not all were accepted. */
  transcript?: string | null;
};
