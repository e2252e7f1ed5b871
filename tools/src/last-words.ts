/** Why a program of ours ended, out of what it printed: the message of the last line of its log, or else all of it. */
export function lastWords(output: string): string {
  for (const line of output.trim().split('\n').reverse()) {
    const message = messageOf(line);
    if (message !== null) return message;
  }
  return output.trim();
}

function messageOf(line: string): string | null {
  if (!line.startsWith('{')) return null;
  try {
    const { msg, err } = JSON.parse(line) as { msg?: unknown; err?: { message?: unknown } };
    const cause = typeof err?.message === 'string' ? `: ${err.message}` : '';
    return typeof msg === 'string' ? `${msg}${cause}` : null;
  } catch {
    return null; // cut off, or not a log's
  }
}
