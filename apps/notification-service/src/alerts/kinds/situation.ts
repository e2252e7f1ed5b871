// Texts about what happened to one document, or to many that share the trouble.
import { type Catalogue } from '../../words/catalogues.js';
import { type About, type SituationWords } from '../../words/situation-words.js';
import { type Block, textBlock } from '../wording/blocks.js';

export const titleOf = ({ title, titleOfMany }: SituationWords, about: About): string =>
  about.count > 1 && titleOfMany !== null ? titleOfMany(about.count) : title(about);

export const manyBlocks = ({ titleOfMany }: SituationWords, count: number, words: Catalogue): Block[] =>
  count > 1 && titleOfMany !== null ? [textBlock(words.ofMany(count))] : [];
