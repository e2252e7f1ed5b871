// Parses server-sent events (HTML standard 9.2) that are read by fetch, because EventSource cannot send the Authorization header.

export type ServerEvent = { id: string | null; data: string | null };

/** Splits a stream of text into events; chunks may end anywhere. */
export class EventStreamParser {
  private rest = '';

  /** Returns the events that are complete with this chunk. */
  feed(chunk: string): ServerEvent[] {
    const blocks = (this.rest + chunk).split(/\r\n\r\n|\n\n|\r\r/);
    this.rest = blocks.pop() ?? '';
    return blocks.map(parseBlock).filter((event) => event !== null);
  }
}

function parseBlock(block: string): ServerEvent | null {
  const event: ServerEvent = { id: null, data: null };
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'id') event.id = value;
    else if (field === 'data') event.data = event.data === null ? value : `${event.data}\n${value}`;
  }
  return event.id === null && event.data === null ? null : event;
}
