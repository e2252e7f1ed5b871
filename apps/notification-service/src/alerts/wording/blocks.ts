// What an alert is made of, from which inbox and e-mail make their own form.
import { type FailureReason } from '@billing-mail/contracts';
import { type Catalogue } from './catalogue.js';
import { oneLine, quotable } from './one-line.js';

/** Plain text throughout; escape it where it becomes HTML. */
export type Block = { kind: 'text'; text: string } | { kind: 'list'; heading: string; items: string[] };
export type AlertText = { title: string; blocks: Block[] };

// Beyond that nobody reads on; the delivery log has them all.
const LISTED = 20;
const REPLY_CHARACTERS = 300;

export const textBlock = (text: string): Block => ({ kind: 'text', text });

/** @param unnamed how many there are besides `items` */
export function listBlock(heading: string, items: readonly string[], unnamed: number, words: Catalogue): Block {
  const left = Math.max(0, items.length - LISTED) + unnamed;
  return { kind: 'list', heading, items: [...items.slice(0, LISTED), ...(left > 0 ? [words.more(left)] : [])] };
}

/** The server's own words, which are foreign text. */
export const quoteReply = (reply: string, words: Catalogue): string => words.serverReply(words.quoted(quotable(reply, REPLY_CHARACTERS)));

export const replyBlocks = ({ reply }: FailureReason, words: Catalogue): Block[] =>
  reply === null ? [] : [textBlock(quoteReply(reply, words))];

/** A server as people name it: without its port. */
export const serverName = (server: string): string => oneLine(server.replace(/:\d+$/, ''));
