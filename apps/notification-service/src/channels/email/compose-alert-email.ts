import { type Locale } from '@billing-mail/contracts';
import { type AlertParams } from '../../alerts/alert.js';
import { type Block } from '../../alerts/wording/blocks.js';
import { renderPlainText } from '../../alerts/wording/render-alert.js';
import { CATALOGUES, wordAlert } from '../../alerts/wording/word-alert.js';

export type AlertEmail = { subject: string; text: string; html: string };

/** The e-mail about an alert, in the user's language. Whatever comes from outside is escaped in the HTML. */
export function composeAlertEmail(alert: { params: AlertParams; count: number; locale: Locale }): AlertEmail {
  const { title, blocks } = wordAlert(alert.params, alert.count, alert.locale);
  const { emailFooter } = CATALOGUES[alert.locale];
  return {
    subject: title,
    text: `${renderPlainText(blocks)}\n\n-- \n${emailFooter}\n`,
    html: [
      `<!doctype html><html lang="${alert.locale}"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`,
      '<body style="font-family: sans-serif; font-size: 15px; line-height: 1.5; color: #222; max-width: 40em">',
      `<h1 style="font-size: 18px">${escapeHtml(title)}</h1>`,
      ...blocks.map(toHtml),
      `<p style="color: #666; font-size: 13px">${escapeHtml(emailFooter)}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}

function toHtml(block: Block): string {
  if (block.kind === 'text') return `<p>${escapeHtml(block.text)}</p>`;
  return `<p>${escapeHtml(block.heading)}</p>\n<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
