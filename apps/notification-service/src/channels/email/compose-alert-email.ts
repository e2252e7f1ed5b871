// Composes the e-mail about one alert or many: text and HTML from the same blocks, with links to our own pages.
import { inboxPath, type Locale } from '@billing-mail/contracts';
import { wordAlert } from '../../alerts/alert-table.js';
import { type AlertText, type Block, listBlock, textBlock } from '../../alerts/wording/blocks.js';
import { renderPlainText } from '../../alerts/wording/render-alert.js';
import { CATALOGUES } from '../../words/catalogues.js';
import { isOfTeam, type LinkedAlert, linkOf, preferencesLink } from './alert-links.js';
import { escapeHtml } from './escape-html.js';
import { unlinked } from './unlinked.js';

export type AlertEmail = { subject: string; text: string; html: string };
/** A link to our own pages. The only texts from outside in it are ids and addresses. */
type Link = { words: string; url: string };
type Letter = AlertText & { prefix: string; links: Link[]; preferences: string | null };

/**
 * Composes the e-mail about alerts in the user's language, and names the team concerned. All text from outside is escaped in the HTML, and
 * none of it can become a link.
 * @param page the address of the web page, without a slash at the end; `null`: no links
 */
export function composeAlertEmail(alerts: readonly LinkedAlert[], locale: Locale, page: string | null): AlertEmail {
  const [alert] = alerts;
  return layOut(alerts.length === 1 && alert !== undefined ? ofOne(alert, locale, page) : ofMany(alerts, locale, page), locale);
}

/**
 * Returns one e-mail about many alerts, because of the hourly limit or a digest: a list of titles, and a link to the inbox of each team.
 */
function ofMany(alerts: readonly LinkedAlert[], locale: Locale, page: string | null): Letter {
  const words = CATALOGUES[locale];
  const items = alerts.map(({ teamId, params, count }) => `${prefixOf(teamId)}${wordAlert(params, count, locale).title}`);
  const teams = [...new Set(alerts.map(({ teamId }) => teamId))].filter(isOfTeam);
  return {
    title: words.digest.title(alerts.length),
    blocks: [listBlock(words.digest.heading, items, 0, words)],
    prefix: '',
    links: page === null ? [] : teams.map((team) => ({ words: `${prefixOf(team)}${words.links.inbox}`, url: `${page}${inboxPath(team)}` })),
    preferences: preferencesLink(teams[0] ?? '', page),
  };
}

function ofOne(alert: LinkedAlert, locale: Locale, page: string | null): Letter {
  const { teamId, params, count } = alert;
  const words = CATALOGUES[locale];
  const { title, blocks } = wordAlert(params, count, locale);
  const link = linkOf(alert, page);
  return {
    title,
    blocks: [...(isOfTeam(teamId) ? [textBlock(words.team(teamId))] : []), ...blocks],
    prefix: prefixOf(teamId),
    links: link === null ? [] : [{ words: words.links[link.to], url: link.url }],
    preferences: preferencesLink(teamId, page),
  };
}

const prefixOf = (teamId: string): string => (isOfTeam(teamId) ? `[${teamId}] ` : '');

function layOut({ title, blocks, prefix, links, preferences }: Letter, locale: Locale): AlertEmail {
  const { emailFooter, links: linkWords } = CATALOGUES[locale];
  const safeTitle = unlinked(title);
  const safeBlocks = blocks.map(withoutLinks);
  const last = preferences === null ? [] : [{ words: linkWords.preferences, url: preferences }];
  return {
    subject: `${prefix}${safeTitle}`,
    text: `${[renderPlainText(safeBlocks), ...links.map(toText)].join('\n\n')}\n\n-- \n${[emailFooter, ...last.map(toText)].join('\n')}\n`,
    html: [
      `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(safeTitle)}</title></head>`,
      '<body style="font-family: sans-serif; font-size: 15px; line-height: 1.5; color: #222; max-width: 40em">',
      `<h1 style="font-size: 18px">${escapeHtml(safeTitle)}</h1>`,
      ...safeBlocks.map(toHtml),
      ...links.map((link) => `<p><strong>${toAnchor(link)}</strong></p>`),
      `<p style="color: #666; font-size: 13px">${[escapeHtml(emailFooter), ...last.map(toAnchor)].join('<br>')}</p>`,
      '</body></html>',
    ].join('\n'),
  };
}

const toText = ({ words, url }: Link): string => `${words}:\n${url}`;
const toAnchor = ({ words, url }: Link): string => `<a href="${escapeHtml(url)}">${escapeHtml(words)}</a>`;

const withoutLinks = (block: Block): Block =>
  block.kind === 'text'
    ? { ...block, text: unlinked(block.text) }
    : { ...block, heading: unlinked(block.heading), items: block.items.map(unlinked) };

function toHtml(block: Block): string {
  if (block.kind === 'text') return `<p>${escapeHtml(block.text)}</p>`;
  return `<p>${escapeHtml(block.heading)}</p>\n<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
}
