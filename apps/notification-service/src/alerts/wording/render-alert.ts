import { type Locale } from '@billing-mail/contracts';
import { CATALOGUES } from '../../words/catalogues.js';
import { type EmailTrouble } from '../../words/alert-parts.js';
import { type AlertParams, wordAlert } from '../alert-table.js';
import { type Block, textBlock } from './blocks.js';

/** Renders title and body as plain text, with empty lines between paragraphs. The body ends with the reason if no e-mail was sent. */
export function renderAlert(
  params: AlertParams,
  count: number,
  locale: Locale,
  emailTrouble: EmailTrouble | null = null,
  timeZone?: string,
): { title: string; body: string } {
  const { title, blocks } = wordAlert(params, count, locale, timeZone);
  const missing = emailTrouble === null ? [] : [textBlock(CATALOGUES[locale].notByEmail[emailTrouble])];
  return { title, body: renderPlainText([...blocks, ...missing]) };
}

export const renderPlainText = (blocks: Block[]): string =>
  blocks
    .map((block) => (block.kind === 'text' ? block.text : [block.heading, ...block.items.map((item) => `– ${item}`)].join('\n')))
    .join('\n\n');
