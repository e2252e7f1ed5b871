import { type Locale } from '@billing-mail/contracts';
import { type AlertParams, OPERATOR } from '../../alerts/alert.js';
import { type AlertText, type Block, listBlock, textBlock } from '../../alerts/wording/blocks.js';
import { renderPlainText } from '../../alerts/wording/render-alert.js';
import { CATALOGUES, wordAlert } from '../../alerts/wording/word-alert.js';
import { unlinked } from './unlinked.js';

export type AlertEmail = { subject: string; text: string; html: string };
export type AlertToMail = { teamId: string; params: AlertParams; count: number };

/**
 * The e-mail about an alert, in the user's language, with the team whose trouble it is. Whatever comes from outside is escaped in the HTML,
 * and nothing of it can be opened.
 */
export function composeAlertEmail(alerts: readonly AlertToMail[], locale: Locale): AlertEmail {
  const [alert] = alerts;
  return alerts.length === 1 && alert !== undefined ? composeOne(alert, locale) : composeDigest(alerts, locale);
}

/** What was too much for single e-mails: a list of titles. */
function composeDigest(alerts: readonly AlertToMail[], locale: Locale): AlertEmail {
  const words = CATALOGUES[locale];
  const items = alerts.map(({ teamId, params, count }) => `${prefixOf(teamId)}${wordAlert(params, count, locale).title}`);
  return layOut({ title: words.digest.title(alerts.length), blocks: [listBlock(words.digest.heading, items, 0, words)] }, '', locale);
}

function composeOne({ teamId, params, count }: AlertToMail, locale: Locale): AlertEmail {
  const { title, blocks } = wordAlert(params, count, locale);
  const team = isOfTeam(teamId) ? [textBlock(CATALOGUES[locale].team(teamId))] : [];
  return layOut({ title, blocks: [...team, ...blocks] }, prefixOf(teamId), locale);
}

const prefixOf = (teamId: string): string => (isOfTeam(teamId) ? `[${teamId}] ` : '');

// What concerns the platform, or a job whose team could not be read, is no team's.
const isOfTeam = (teamId: string): boolean => teamId !== OPERATOR.teamId && teamId !== '';

function layOut({ title, blocks }: AlertText, prefix: string, locale: Locale): AlertEmail {
  const { emailFooter } = CATALOGUES[locale];
  const safeTitle = unlinked(title);
  const safeBlocks = blocks.map(withoutLinks);
  return {
    subject: `${prefix}${safeTitle}`,
    text: `${renderPlainText(safeBlocks)}\n\n-- \n${emailFooter}\n`,
    html: [
      `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(safeTitle)}</title></head>`,
      '<body style="font-family: sans-serif; font-size: 15px; line-height: 1.5; color: #222; max-width: 40em">',
      `<h1 style="font-size: 18px">${escapeHtml(safeTitle)}</h1>`,
      ...safeBlocks.map(toHtml),
      `<p style="color: #666; font-size: 13px">${escapeHtml(emailFooter)}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}

const withoutLinks = (block: Block): Block =>
  block.kind === 'text'
    ? { ...block, text: unlinked(block.text) }
    : { ...block, heading: unlinked(block.heading), items: block.items.map(unlinked) };

function toHtml(block: Block): string {
  if (block.kind === 'text') return `<p>${escapeHtml(block.text)}</p>`;
  return `<p>${escapeHtml(block.heading)}</p>\n<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapeHtml = (value: string): string => value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
