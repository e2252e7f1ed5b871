import { type Locale } from '@billing-mail/contracts';
import { CATALOGUES } from '../../words/catalogues.js';
import { escapeHtml } from './escape-html.js';
import { type AlertEmail } from './compose-alert-email.js';

/**
 * Composes the e-mail that asks whether alerts may go to an address. `link` leads to our page and contains no text from outside. Without it
 * the user enters the code by hand.
 */
export function composeConfirmationEmail(code: string, link: string | null, locale: Locale): AlertEmail {
  const { subject, asked, byLink, byCode, otherwise } = CATALOGUES[locale].confirmation;
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
