import { readTraceparent, traceparent } from './traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('readTraceparent', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`, { traceId: TRACE, spanId: SPAN, flags: 1 }],
    [`00-${TRACE}-${SPAN}-00`, { traceId: TRACE, spanId: SPAN, flags: 0 }],
    // Of a later version, the known parts are read.
    [`cc-${TRACE}-${SPAN}-01-more`, { traceId: TRACE, spanId: SPAN, flags: 1 }],
    [`00-${TRACE}-${SPAN}-01-more`, null],
    [`ff-${TRACE}-${SPAN}-01`, null],
    [`00-${'0'.repeat(32)}-${SPAN}-01`, null],
    [`00-${TRACE}-${'0'.repeat(16)}-01`, null],
    [`00-${TRACE.toUpperCase()}-${SPAN}-01`, null],
    [`00-${TRACE}-${SPAN}-01\r\nX: y`, null],
    ['', null],
    [undefined, null],
    [[`00-${TRACE}-${SPAN}-01`], null],
  ])('reads %j as %j', (given, read) => {
    expect(readTraceparent(given)).toEqual(read);
    expect(traceparent.parse(given)).toBe(read === null ? undefined : given);
  });
});
