// Keeps the live stream of notifications open: resumes where it stopped, and waits longer the longer nobody answers.
import { type Locale } from '@billing-mail/contracts';
import { authorization } from '../api/clients.js';
import { ownTimeZone } from '../api/own-time-zone.js';
import { EventStreamParser } from './read-event-stream.js';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Calls `onEvent` with the data of each notification until `signal` aborts, and `onOpen` each time the stream opens (again). */
export async function followNotifications(
  url: string,
  locale: Locale,
  signal: AbortSignal,
  onOpen: () => void,
  onEvent: (data: string) => void,
): Promise<void> {
  let lastId: string | null = null;
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      const response = await fetch(`${url}/v1/notifications/stream?timeZone=${encodeURIComponent(ownTimeZone())}`, {
        signal,
        cache: 'no-store',
        headers: {
          ...authorization(),
          'Accept-Language': locale,
          Accept: 'text/event-stream',
          ...(lastId === null ? {} : { 'Last-Event-ID': lastId }),
        },
      });
      // The reader is not signed in (any more), which every other call tells them.
      if (response.status === 401) return;
      if (response.ok && response.body !== null) {
        waitMs = FIRST_WAIT_MS;
        onOpen();
        lastId = await readAll(response.body, lastId, onEvent);
      }
    } catch (error) {
      // The loop is there for connections that break; the list tells the reader if the service stays away.
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    }
    await pause(waitMs, signal);
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
  }
}

async function readAll(body: ReadableStream<Uint8Array>, lastId: string | null, onEvent: (data: string) => void): Promise<string | null> {
  const parser = new EventStreamParser();
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let id = lastId;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      for (const event of parser.feed(part.value)) {
        id = event.id ?? id;
        if (event.data !== null) onEvent(event.data);
      }
    }
  } catch (error) {
    // Events that came before the break count.
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
  }
  return id;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
