import { type Locale } from '@billing-mail/contracts';
import { escapeHtml } from './escape-html.js';
import { type AlertEmail } from './compose-alert-email.js';

type Words = { subject: string; asked: string; byLink: string; byCode: string; otherwise: string };

const WORDS: Record<Locale, Words> = {
  en: {
    subject: 'Confirm your e-mail address for notifications',
    asked: 'Somebody wants to receive notifications about the delivery of billing documents at this address.',
    byLink: 'If that was you, open this page, sign in and confirm. The link holds for 24 hours:',
    byCode: 'If that was you, enter this code in your notification preferences. It holds for 24 hours:',
    otherwise: 'If that was not you, you need do nothing: nothing is sent to this address unless it is confirmed.',
  },
  de: {
    subject: 'Bestätigen Sie Ihre E-Mail-Adresse für Benachrichtigungen',
    asked: 'Jemand möchte Benachrichtigungen über den Versand von Belegen an diese Adresse erhalten.',
    byLink: 'Waren Sie das, öffnen Sie diese Seite, melden Sie sich an und bestätigen Sie die Adresse. Der Link gilt 24 Stunden:',
    byCode: 'Waren Sie das, geben Sie diesen Code in Ihren Benachrichtigungseinstellungen ein. Er gilt 24 Stunden:',
    otherwise: 'Waren Sie das nicht, müssen Sie nichts tun: Ohne Bestätigung wird nichts an diese Adresse geschickt.',
  },
};

/**
 * Composes the e-mail that asks whether alerts may go to an address. `link` leads to our page and contains no text from outside. Without it
 * the user enters the code by hand.
 */
export function composeConfirmationEmail(code: string, link: string | null, locale: Locale): AlertEmail {
  const { subject, asked, byLink, byCode, otherwise } = WORDS[locale];
  const shown = link === null ? [byCode, code] : [byLink, link];
  const shownAsHtml = link === null ? `<code>${code}</code>` : `<a href="${escapeHtml(link)}">${escapeHtml(link)}</a>`;
  return {
    subject,
    text: `${[asked, ...shown, otherwise].join('\n\n')}\n`,
    html: [
      `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><title>${subject}</title></head><body>`,
      `<p>${asked}</p><p>${shown[0]}</p><p>${shownAsHtml}</p><p>${otherwise}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}
