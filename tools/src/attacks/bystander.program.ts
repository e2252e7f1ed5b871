// Asks each service named on the command line whether it lives, again and again; told to end it tells the longest time that one took.
import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 10;
let longestMs = 0;
let isOver = false;

async function watch(url: string): Promise<void> {
  while (!isOver) {
    const since = performance.now();
    // Who does not answer at all has stalled for as long as that is so.
    await fetch(`${url}/health/live`).then(
      (response) => response.text(),
      () => undefined,
    );
    longestMs = Math.max(longestMs, performance.now() - since);
    await pause(EVERY_MS);
  }
}

// The first answers are those of a connection that is made and code that is read, here and there.
const urls = process.argv.slice(2);
void Promise.all(urls.map((url) => fetch(`${url}/health/live`))).then(() => {
  const watching = Promise.all(urls.map(watch));
  process.once('message', () => {
    isOver = true;
    void watching.then(() => process.send?.(longestMs, () => process.exit()));
  });
  process.send?.('begun');
});
