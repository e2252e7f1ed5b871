import unhomoglyph from 'unhomoglyph';

const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Those that make no letter of their own with what is before them. Other scripts write their vowels so. */
const MARKS = /(^|[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}])[\p{Mn}\p{Me}]+/gu;
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{P}\p{Z}\p{S}]/gu;

/**
 * What a name looks like to people: names with a skeleton in common are taken for each other. By Unicode TR39 4, in small letters and without
 * blanks, signs and added marks, such as a line under a letter. Two, as an I passes for an l only while it is a capital, and a Cyrillic capital
 * for a Latin one in either case.
 */
export function skeletonsOf(name: string): string[] {
  const plain = name.replace(IGNORABLE, '').normalize('NFKC').replace(MARKS, '$1');
  return [...new Set([skeleton(plain).toLowerCase(), skeleton(plain.toLowerCase())].map((text) => text.replace(UNSEEN, '')))].filter(
    (text) => text !== '',
  );
}

const skeleton = (text: string): string => unhomoglyph(text.normalize('NFD')).normalize('NFD');

export const areConfusable = (one: string, other: string): boolean => {
  const seen = skeletonsOf(other);
  return skeletonsOf(one).some((each) => seen.includes(each));
};
