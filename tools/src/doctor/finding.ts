/**
 * `about`: what was checked. `state`: the result (`weak`: it works, but should be better). `seen`: what was found. `cure`:
 * what helps. Contains no secrets.
 */
export type Finding = { about: string; state: 'fine' | 'weak' | 'wrong'; seen: string; cure: string | null };

export const fine = (about: string, seen: string): Finding => ({ about, state: 'fine', seen, cure: null });
export const weak = (about: string, seen: string, cure: string): Finding => ({ about, state: 'weak', seen, cure });
export const wrong = (about: string, seen: string, cure: string): Finding => ({ about, state: 'wrong', seen, cure });

export const notSet = (about: string, variable: string): Finding =>
  wrong(about, `${variable} is not set`, 'set it to what the services have');

const MARKS = { fine: '✓', weak: '!', wrong: '✗' } as const;

/** Formats each finding as a line, with its cure on the next line. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.flatMap(({ about, state, seen, cure }) => [
    `${MARKS[state]} ${about.padEnd(width)}  ${seen}`,
    ...(cure === null ? [] : [`${' '.repeat(width + 4)}what helps: ${cure}`]),
  ]);
  const count = (state: Finding['state']): number => findings.filter((finding) => finding.state === state).length;
  return [...lines, '', `${count('fine')} fine, ${count('weak')} could be better, ${count('wrong')} wrong`].join('\n');
}

/** Returns an error's message in one line. If several addresses were tried, that of the first. */
export function reasonOf(error: unknown): string {
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const text = first instanceof Error ? first.message || ((first as NodeJS.ErrnoException).code ?? first.name) : String(first);
  return text.replace(/\s+/g, ' ').trim();
}
