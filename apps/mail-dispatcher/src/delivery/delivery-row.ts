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

/**
 * How a delivery looks to its recipients and who hears of it, fixed when it is first composed: later changes of the team's
 * settings do not touch it.
 */
export type Look = {
  /** The route that the delivery set out on. */
  firstRoute: Route;
  companyName: string;
  replyTo: string | null;
  /** The team's own sender; `null` when the team sends by the platform. */
  customFrom: { address: string; name: string | null } | null;
  platformFromAddress: string;
  notifyUserIds: string[];
  locale: Locale;
};

/** A delivery that this worker holds the claim of. */
export type ClaimedDelivery = {
  id: string;
  claimId: string;
  teamId: string;
  document: DocumentReference;
  requestedBy: RequestedBy;
  subject: string;
  route: Route | null;
  usedFallback: boolean;
  tries: Record<Route, number>;
  look: Look | null;
  messageId: string | null;
  composedAt: Date | null;
  postponements: number;
  crashes: number;
  /** What it shares its way out with. */
  lane: string;
  /** Goes to those chosen and to nobody else. */
  isResend: boolean;
};

export type RecipientRow = RecipientState & { address: string; name: string | null; role: RecipientRole; endOfDataIn: string | null };

export type AttachmentRow = { filename: string; contentType: string; sha256: string; size: number };

/** The bytes of a delivery on one route, kept in the document store until it is settled. */
export type ComposedMessage = { sha256: string; size: number; signed: boolean };

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
};

export type DeliveryHead = { id: string; teamId: string; status: DeliveryStatus; failure: FailureReason | null };
