// Words for what became of documents: of one, or of many that share the trouble.
import { type Block, textBlock } from '../wording/blocks.js';
import { type Catalogue } from '../wording/catalogue.js';

/**
 * What it is about: the (latest) document with its type, how many documents, how many recipients it was taken for, and for how many of
 * these by the platform; `null` where that is not known. That a server took it is all that is ever known: nobody says that it arrived.
 */
export type About = { document: string; count: number; accepted: number; recipients: number; byPlatform: number | null };

/**
 * `means` and `todo` are null where the words for the failure itself say it. `titleOfMany` is null where title and `happened` speak of many
 * themselves; otherwise the latest document is described under it.
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
