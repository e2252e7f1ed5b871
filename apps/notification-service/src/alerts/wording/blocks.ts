// The blocks of an alert's text; inbox and e-mail each render them in their own form.
import { type FailureReason } from '@billing-mail/contracts';
import { type Catalogue } from '../../words/catalogues.js';
import { oneLine, quotable } from './one-line.js';

/** Plain text; it must be escaped in HTML. */
export type Block = { kind: 'text'; text: string } | { kind: 'list'; heading: string; items: string[] };
export type AlertText = { title: string; blocks: Block[] };

// Nobody reads a longer list; the delivery log has all of them.
const LISTED = 20;
const REPLY_CHARACTERS = 300;

export const textBlock = (text: string): Block => ({ kind: 'text', text });

/** @param unnamed how many items there are besides `items` */
export function listBlock(heading: string, items: readonly string[], unnamed: number, words: Catalogue): Block {
  const left = Math.max(0, items.length - LISTED) + unnamed;
  return { kind: 'list', heading, items: [...items.slice(0, LISTED), ...(left > 0 ? [words.more(left)] : [])] };
}

/** Quotes the server's reply, whose text is not trusted. */
export const quoteReply = (reply: string, words: Catalogue): string => words.serverReply(words.quoted(quotable(reply, REPLY_CHARACTERS)));

export const replyBlocks = ({ reply }: FailureReason, words: Catalogue): Block[] =>
  reply === null ? [] : [textBlock(quoteReply(reply, words))];

/** Returns the name of a server without its port, as people use it. */
export const serverName = (server: string): string => oneLine(server.replace(/:\d+$/, ''));
