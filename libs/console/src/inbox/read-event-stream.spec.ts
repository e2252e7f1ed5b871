import fc from 'fast-check';
import { EventStreamParser } from './read-event-stream.js';

const STREAM = 'retry: 3000\nid: 4\n\n: still here\n\nid: 5\ndata: {"a":1}\n\nid: 6\r\ndata: x\r\ndata: y\r\n\r\n';
const EVENTS = [
  { id: '4', data: null },
  { id: '5', data: '{"a":1}' },
  { id: '6', data: 'x\ny' },
];

describe('a stream of server-sent events', () => {
  it('is read as the standard has it, comments left out', () => {
    expect(new EventStreamParser().feed(STREAM)).toEqual(EVENTS);
  });

  it('is read the same wherever its chunks end', () => {
    const cuts = fc.array(fc.nat(STREAM.length), { maxLength: 10 });
    fc.assert(
      fc.property(cuts, (places) => {
        const sorted = [0, ...places.sort((a, b) => a - b), STREAM.length];
        const parser = new EventStreamParser();
        const events = sorted.slice(1).flatMap((end, index) => parser.feed(STREAM.slice(sorted[index], end)));
        expect(events).toEqual(EVENTS);
      }),
    );
  });
});
