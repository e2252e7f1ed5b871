import unhomoglyph from 'unhomoglyph';

const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{P}\p{Z}\p{S}]/gu;

/**
 * What a name looks like to people: names with a skeleton in common are taken for each other. By Unicode TR39 4, in small letters and without
 * blanks and signs. Two, as an I passes for an l only while it is a capital, and a Cyrillic capital for a Latin one in either case.
 */
export function skeletonsOf(name: string): string[] {
  const plain = name.normalize('NFKC');
  return [...new Set([skeleton(plain).toLowerCase(), skeleton(plain.toLowerCase())].map((text) => text.replace(UNSEEN, '')))].filter(
    (text) => text !== '',
  );
}

const skeleton = (text: string): string => unhomoglyph(text.normalize('NFD')).normalize('NFD');

/** Whether people would take one name for the other. */
export const areConfusable = (one: string, other: string): boolean => {
  const seen = skeletonsOf(other);
  return skeletonsOf(one).some((each) => seen.includes(each));
};
