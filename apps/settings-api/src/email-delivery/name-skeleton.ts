import unhomoglyph from 'unhomoglyph';

const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{P}\p{Z}\p{S}]/gu;

/**
 * What a name looks like to people, by the skeletons of Unicode TR39, 4, in lower case and without spaces and punctuation: names that share
 * a skeleton are confusable. There are two skeletons, as a capital I looks like an l but a small i does not, while a Cyrillic letter may
 * look like a Latin one in either case.
 */
export function skeletonsOf(name: string): string[] {
  const plain = name.normalize('NFKC');
  return [...new Set([skeleton(plain).toLowerCase(), skeleton(plain.toLowerCase())].map((text) => text.replace(UNSEEN, '')))].filter(
    (text) => text !== '',
  );
}

const skeleton = (text: string): string => unhomoglyph(text.normalize('NFD')).normalize('NFD');

export const areConfusable = (one: string, other: string): boolean => {
  const seen = skeletonsOf(other);
  return skeletonsOf(one).some((each) => seen.includes(each));
};
