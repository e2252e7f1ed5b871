import { type Locale } from '@billing-mail/contracts';
import { type AlertParams } from '../alert.js';
import { type Block } from './blocks.js';
import { wordAlert } from './word-alert.js';

/** Title and body as plain text, paragraphs apart by an empty line. */
export function renderAlert(params: AlertParams, count: number, locale: Locale): { title: string; body: string } {
  const { title, blocks } = wordAlert(params, count, locale);
  return { title, body: renderPlainText(blocks) };
}

export const renderPlainText = (blocks: Block[]): string =>
  blocks
    .map((block) => (block.kind === 'text' ? block.text : [block.heading, ...block.items.map((item) => `– ${item}`)].join('\n')))
    .join('\n\n');
