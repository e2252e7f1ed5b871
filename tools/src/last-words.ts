/** Returns why one of our programs ended: the message of the last log line that it printed, or everything it printed if there is none. */
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
    return null; // cut off, or not a log line
  }
}
