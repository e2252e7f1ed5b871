// The first composition: from here on who gets the delivery and how it looks no longer depends on the team's settings.
import { type Mailbox, type RecipientRole, type TeamMailSettings } from '@billing-mail/contracts';
import { type MessageDraft, resolveRecipients, shownInHeaders } from '@billing-mail/mail-core';
import { type FixedLook } from './composition.store.js';
import { laneOf } from './lane-health.js';
import { type Look } from './delivery-row.js';

type Addressed = { address: string; name: string | null; role: RecipientRole };

/** Everything that is fixed at the first composition, from one reading of the settings. */
export function fixLook(
  delivery: { id: string; isResend: boolean },
  documentRecipients: readonly Addressed[],
  settings: TeamMailSettings,
  platformFromAddress: string,
): FixedLook {
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
  // Whoever gets a document again was chosen by somebody; the team's copies went out with the first one.
  const copies = delivery.isResend ? { cc: [], bcc: [] } : settings;
  const recipients = resolveRecipients({ to: by('to'), cc: by('cc'), bcc: by('bcc') }, copies);
  const domain = (look.customFrom?.address ?? platformFromAddress).split('@')[1] ?? 'localhost';
  return {
    look,
    route: look.firstRoute,
    lane: laneOf(settings.teamId, look.firstRoute),
    messageId: `<${delivery.id}@${domain}>`,
    recipients,
    notShown: shownInHeaders(recipients).notShown,
  };
}

const toMailbox = ({ address, name }: Addressed): Mailbox => (name === null ? { address } : { address, name });

/** The draft of a route: on the platform its address with the team's name, on the custom server the team's own. */
export function draftFor(
  route: 'custom' | 'platform',
  delivery: { id: string; subject: string; look: Look; messageId: string; composedAt: Date },
  recipients: readonly Addressed[],
  content: { text: string; html: string | null },
): Omit<MessageDraft, 'attachments'> {
  const { look } = delivery;
  const shown = shownInHeaders([...recipients]);
  const custom = route === 'custom' ? look.customFrom : null;
  return {
    from: custom ?? { address: look.platformFromAddress, name: look.companyName },
    // After a fallback an answer must still reach the team.
    replyTo: look.replyTo ?? (custom === null ? (look.customFrom?.address ?? null) : null),
    to: shown.to,
    cc: shown.cc,
    subject: delivery.subject,
    date: delivery.composedAt,
    messageId: delivery.messageId,
    deliveryId: delivery.id,
    boundarySeed: `${delivery.id} ${route}`,
    text: content.text,
    html: content.html,
  };
}

/** Sender of the envelope on a route. */
export const envelopeFrom = (route: 'custom' | 'platform', look: Look): string =>
  (route === 'custom' ? look.customFrom?.address : undefined) ?? look.platformFromAddress;
