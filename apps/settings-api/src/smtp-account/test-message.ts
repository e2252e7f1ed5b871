// The test e-mail, in the team's language.
import { type Locale } from '@billing-mail/contracts';
import { composeMessage, type MessageDraft } from '@billing-mail/mail-core';

type Words = { subject: string; text: (server: string) => string };

const WORDS: Record<Locale, Words> = {
  en: {
    subject: 'Billing Mail: test of your mail server',
    text: (server) =>
      `This is a test message.\n\nIf you can read it, Billing Mail can send e-mails through ${server}.\nYou need not do anything, and replies are not read.\n`,
  },
  de: {
    subject: 'Billing Mail: Test Ihres Mailservers',
    text: (server) =>
      `Dies ist eine Testnachricht.\n\nWenn Sie sie lesen können, kann Billing Mail E-Mails über ${server} verschicken.\nSie brauchen nichts zu tun; Antworten werden nicht gelesen.\n`,
  },
};

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
  const words = WORDS[locale];
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
