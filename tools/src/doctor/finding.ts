/** What was looked at, how it is (`weak`: it works, and should be better), what was seen, and what helps. Nothing secret. */
export type Finding = { about: string; state: 'fine' | 'weak' | 'wrong'; seen: string; cure: string | null };

export const fine = (about: string, seen: string): Finding => ({ about, state: 'fine', seen, cure: null });
export const weak = (about: string, seen: string, cure: string): Finding => ({ about, state: 'weak', seen, cure });
export const wrong = (about: string, seen: string, cure: string): Finding => ({ about, state: 'wrong', seen, cure });

export const notSet = (about: string, variable: string): Finding =>
  wrong(about, `${variable} is not set`, 'set it to what the services have');

const MARKS = { fine: '✓', weak: '!', wrong: '✗' } as const;

/** A line each, and the cure below it. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.flatMap(({ about, state, seen, cure }) => [
    `${MARKS[state]} ${about.padEnd(width)}  ${seen}`,
    ...(cure === null ? [] : [`${' '.repeat(width + 4)}what helps: ${cure}`]),
  ]);
  const count = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length;
  return [...lines, '', `${count('fine')} fine, ${count('weak')} could be better, ${count('wrong')} wrong`].join('\n');
}

/** What an error says, in one line. Of several addresses that were tried the first. */
export function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const text = first instanceof Error ? first.message || ((first as NodeJS.ErrnoException).code ?? first.name) : String(first);
  return text.replace(/\s+/g, ' ').trim();
}
