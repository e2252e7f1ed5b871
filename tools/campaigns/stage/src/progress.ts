// Shows the progress of a campaign and, at its end, a table.

/** The result that every campaign reports for each thing that it tried. */
export type Tried = {
  group: string;
  name: string;
  verdict: 'ok' | 'missed' | 'skipped';
  seen: string;
  misses: readonly string[];
  ms: number;
};
export type Progress = { began(title: string): void; ended(tried: Tried): void };

export const MARKS = { ok: '✓', missed: '✗', skipped: '–' } as const;
const isTerminal = process.stdout.isTTY === true;
export const clock = (ms: number): string => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;

/** Shows what is running on one moving line (on a terminal), and prints a line for each that has ended. */
export function showProgress(count: number): Progress & { stop(): void } {
  const since = Date.now();
  let done = 0;
  let current = '';
  const show = (): void => {
    if (isTerminal) process.stdout.write(`\r\x1b[2K[${clock(Date.now() - since)}] ${done} of ${count} · ${current}`);
  };
  const timer = setInterval(show, 500);
  return {
    began(title) {
      current = title;
      show();
    },
    ended({ group, name, verdict, seen, misses, ms }) {
      done += 1;
      const line = `[${clock(Date.now() - since)}] ${String(done).padStart(3)}/${count} ${MARKS[verdict]} ${group}/${name} (${(ms / 1000).toFixed(1)} s): ${seen}`;
      console.log(`${isTerminal ? '\r\x1b[2K' : ''}${line}`);
      for (const miss of misses.slice(0, 5)) console.log(`      ✗ ${miss}`);
      if (misses.length > 5) console.log(`      ✗ and ${misses.length - 5} more`);
    },
    stop: () => clearInterval(timer),
  };
}

/** Formats a table as text with columns of the given widths. */
export function table(widths: readonly number[], head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => {
    const wrapped = cells.map((cell, column) => wrap(cell, widths[column] ?? 40));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) =>
      wrapped
        .map((lines, column) => (lines[at] ?? '').padEnd(widths[column] ?? 40))
        .join('  ')
        .trimEnd(),
    ).join('\n');
  };
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
