// What the user sees while a command works: one line for each step with its duration, and for a failure its cause and remedy.

/** A failure that a person can do something about: `cure` is a command or a sentence. */
export class StepError extends Error {
  name = 'StepError';
  constructor(message, cure) {
    super(message);
    this.cure = cure;
  }
}

const isTerminal = process.stdout.isTTY === true;
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs `work` and prints its progress (a moving line on a terminal, otherwise a line every ten seconds) and its end.
 * `work` gets a function that sets the text for the end of the line. Errors pass through.
 */
export async function step(title, work) {
  const since = Date.now();
  let detail = '';
  if (!isTerminal) console.log(`· ${title} …`);
  const show = () =>
    isTerminal
      ? process.stdout.write(`\r\x1b[2K… ${title} ${seconds(since)}`)
      : console.log(`  still running: ${title}, ${seconds(since)}`);
  const timer = setInterval(show, isTerminal ? 200 : 10_000);
  const finish = (mark, text) => {
    clearInterval(timer);
    console.log(`${isTerminal ? '\r\x1b[2K' : ''}${mark} ${title} (${seconds(since)})${text === '' ? '' : `: ${text}`}`);
  };
  try {
    const result = await work((text) => (detail = text));
    finish('✓', detail);
    return result;
  } catch (error) {
    finish('✗', '');
    throw error;
  }
}

/** Prints what went wrong and what helps. An unforeseen error is printed with its stack. */
export function explainFailure(error) {
  const isForeseen = error?.cure !== undefined;
  console.error(`\nIt failed: ${isForeseen ? error.message : (error?.stack ?? String(error))}`);
  const cure = error?.cure ?? /cure: (.+)$/m.exec(error?.message ?? '')?.[1];
  if (cure) console.error(`What helps: ${cure}`);
}

/** Runs `work`. If it fails, explains why, and the process ends with code 1. */
export async function orExplain(work) {
  try {
    await work();
  } catch (error) {
    explainFailure(error);
    process.exitCode = 1;
  }
}
