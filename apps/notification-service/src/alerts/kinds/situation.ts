// Texts about what happened to one document, or to many that share the trouble.
import { type Block, textBlock } from '../wording/blocks.js';
import { type Catalogue } from '../wording/catalogue.js';

/**
 * What a text is about: the (latest) document with its type, the number of documents, for how many recipients it was accepted, and for how
 * many of these by the platform (`null` if unknown). Acceptance is all that is ever known, because no server confirms arrival.
 */
export type About = { document: string; count: number; accepted: number; recipients: number; byPlatform: number | null };

/**
 * `means` and `todo` are `null` if the text for the failure says the same. `titleOfMany` is `null` if `title` and `happened` cover many
 * documents themselves. Otherwise the text below `titleOfMany` describes the latest document.
 */
export type SituationWords = {
  title: (about: About) => string;
  titleOfMany: ((count: number) => string) | null;
  happened: (about: About) => string;
  means: string | null;
  todo: string | null;
};

export const titleOf = ({ title, titleOfMany }: SituationWords, about: About): string =>
  about.count > 1 && titleOfMany !== null ? titleOfMany(about.count) : title(about);

export const manyBlocks = ({ titleOfMany }: SituationWords, count: number, words: Catalogue): Block[] =>
  count > 1 && titleOfMany !== null ? [textBlock(words.ofMany(count))] : [];
