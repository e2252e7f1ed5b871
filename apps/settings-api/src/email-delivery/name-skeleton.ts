import unhomoglyph from 'unhomoglyph';

const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
/** Marks that do not form a letter of their own with the character before them. Only in these scripts, as others write vowels as marks. */
const MARKS = /(^|[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}])[\p{Mn}\p{Me}]+/gu;
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\p{P}\p{Z}\p{S}]/gu;

/**
 * Returns what a name looks like to people, as skeletons by Unicode TR39, 4. People mistake names for each other if they have a skeleton in
 * common. Skeletons are in small letters and without blanks, signs and added marks, such as a line under a letter. A name may have two,
 * because an I passes for an l only while it is a capital, and a Cyrillic capital for a Latin one in either case.
 */
export function skeletonsOf(name: string): string[] {
  return [...new Set(readingsOf(name).map((text) => text.replace(UNSEEN, '')))].filter((text) => text !== '');
}

/** Returns the skeletons of a name with its blanks and signs. */
function readingsOf(name: string): string[] {
  const plain = name.replace(IGNORABLE, '').normalize('NFKC').replace(MARKS, '$1');
  return [skeleton(plain).toLowerCase(), skeleton(plain.toLowerCase())];
}

const skeleton = (text: string): string => unhomoglyph(text.normalize('NFD')).normalize('NFD');

/**
 * Whether people see `own` in a name: as one or more consecutive words or, if `own` is a domain, at any place. Signs separate words, but
 * some, such as "|", also pass for letters, so the function looks for the words in both readings.
 */
export function isNamedIn(name: string, own: string): boolean {
  const seen = skeletonsOf(own);
  const isSeen = readingsOf(name.replace(UNSEEN, ' '))
    .concat(readingsOf(name))
    .some((text) => hasRun(text.split(UNSEEN), seen));
  return isSeen || (own.includes('.') && readingsOf(own).some((domain) => readingsOf(name).some((text) => text.includes(domain))));
}

/** Whether some consecutive words, joined together, are one of these texts. */
function hasRun(words: readonly string[], texts: readonly string[]): boolean {
  const longest = Math.max(...texts.map(({ length }) => length));
  return words.some((_word, from) => {
    let run = '';
    for (let to = from; to < words.length && run.length < longest; to += 1) {
      run += words[to];
      if (texts.includes(run)) return true;
    }
    return false;
  });
}
