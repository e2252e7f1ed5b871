// The test e-mail, in the team's language.
import { type Locale } from '@billing-mail/contracts';
import { composeMessage, type MessageDraft } from '@billing-mail/mail-core';
import { CATALOGUES } from '../words/catalogues.js';

export type TestMessage = {
  from: { address: string; name?: string | undefined };
  to: string;
  server: string;
  locale: Locale;
  date: Date;
  /** Any unique text. */
  id: string;
};

/** Composes the message: unsigned, and marked as automatically generated. */
export function composeTestMessage({ from, to, server, locale, date, id }: TestMessage): Promise<Buffer> {
  const words = CATALOGUES[locale].testMessage;
  const draft: MessageDraft = {
    from,
    replyTo: null,
    to: [{ address: to }],
    cc: [],
    subject: words.subject,
    date,
    messageId: `<${id}@${from.address.slice(from.address.lastIndexOf('@') + 1)}>`,
    deliveryId: null,
    boundarySeed: id,
    text: words.text(server),
    html: null,
    attachments: [],
    autoSubmitted: true,
  };
  return composeMessage(draft, null);
}
