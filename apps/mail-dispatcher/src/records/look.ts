// Decides once from the team's settings how a delivery looks and who receives it; later changes of the settings do not affect it.
import {
  copiesOfType,
  type DocumentReference,
  type Mailbox,
  type RecipientRole,
  type Route,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import { type MessageDraft, resolveRecipients, type ResolvedRecipient, shownInHeaders } from '@billing-mail/mail-core';
import { laneOf } from './lanes.js';
import { type Look, type LookedAfter } from './rows.js';
import { type FixedLook } from './take-statement.js';

type Addressed = { address: string; name: string | null; role: RecipientRole };

/** Returns the look, the recipients including the team's copies, and the lane. */
export function fixLook(
  delivery: { id: string; resendOf: string | null; document: DocumentReference },
  documentRecipients: readonly Addressed[],
  settings: TeamMailSettings,
  platformFromAddress: string,
): { fixed: FixedLook; recipients: ResolvedRecipient[]; lane: string } {
  const custom = settings.sender === 'custom' && settings.smtp !== null ? settings.smtp : null;
  const look: Look = {
    firstRoute: custom ? 'custom' : 'platform',
    companyName: settings.companyName,
    replyTo: settings.replyTo,
    customFrom: custom && { address: custom.fromAddress, name: custom.fromName ?? settings.companyName },
    platformFromAddress,
    notifyUserIds: settings.notifyUserIds,
    locale: settings.locale,
  };
  const by = (role: RecipientRole): Mailbox[] => documentRecipients.filter((recipient) => recipient.role === role).map(toMailbox);
  // If a delivery is sent again, somebody has chosen its recipients, and the team's copies went out with the first delivery.
  const copies = delivery.resendOf === null ? copiesFor(delivery.document, settings) : { cc: [], bcc: [] };
  const recipients = resolveRecipients({ to: by('to'), cc: by('cc'), bcc: by('bcc') }, copies);
  const { notShown } = shownInHeaders(recipients);
  const fixed = { look, route: look.firstRoute, messageIds: messageIdsOf(delivery.id, look), notShown };
  return { fixed, recipients, lane: laneOf(settings.teamId, look.firstRoute) };
}

/** Returns the team's copies of every document, followed by those of this type of document. */
function copiesFor({ type }: DocumentReference, settings: TeamMailSettings): Pick<TeamMailSettings, 'cc' | 'bcc'> {
  if (settings.copies.length === 0) return settings;
  const { cc, bcc } = copiesOfType(settings.copies, type);
  return { cc: [...settings.cc, ...cc], bcc: [...settings.bcc, ...bcc] };
}

const toMailbox = ({ address, name }: Addressed): Mailbox => (name === null ? { address } : { address, name });

/** Returns one Message-ID for each route, because with another sender and another server it is another message (RFC 5322, 3.6.4). */
function messageIdsOf(deliveryId: string, { customFrom, platformFromAddress }: Look): FixedLook['messageIds'] {
  const at = (left: string, address: string) => `<${left}@${address.slice(address.lastIndexOf('@') + 1) || 'localhost'}>`;
  if (customFrom === null) return { platform: at(deliveryId, platformFromAddress) };
  return { custom: at(deliveryId, customFrom.address), platform: at(`${deliveryId}.2`, platformFromAddress) };
}

/**
 * Returns the message for a route: the platform sends from its own address with the team's name, the team's own server from the team's
 * address.
 * @throws Error if the delivery has no Message-ID for the route
 */
export function draftFor(route: Route, delivery: LookedAfter): Omit<MessageDraft, 'attachments'> {
  const { id, look, recipients, subject, text, html, datedAt, messageIds } = delivery;
  const messageId = messageIds[route];
  if (messageId === undefined) throw new Error(`Delivery ${id} has no Message-ID for the route ${route}.`);
  const shown = shownInHeaders(recipients);
  const custom = route === 'custom' ? look.customFrom : null;
  return {
    from: custom ?? { address: look.platformFromAddress, name: look.companyName },
    // After a fallback, replies must still reach the team.
    replyTo: look.replyTo ?? (custom === null ? (look.customFrom?.address ?? null) : null),
    to: shown.to,
    cc: shown.cc,
    subject,
    date: datedAt,
    messageId,
    deliveryId: id,
    boundarySeed: `${id} ${route}`,
    text,
    html,
  };
}

/** Returns the sender of the envelope (MAIL FROM) on a route. */
export const envelopeFrom = (route: Route, look: Look): string =>
  (route === 'custom' ? look.customFrom?.address : undefined) ?? look.platformFromAddress;
