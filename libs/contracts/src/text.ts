import { z } from 'zod';
import { type LineLimits, lineRules } from './text-rules.js';

// C0 without tab/LF/CR, and DEL.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_IN_BLOCK = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/u;

/** A single line of text by `lineRules`. */
export const lineOfText = (limits: LineLimits) =>
  lineRules(limits).reduce((line, { holds, otherwise }) => line.refine(holds, otherwise), z.string('must be text'));

/** Text of several lines; size in bytes of UTF-8. Tabs, form feeds and line ends are allowed, other control characters are not. */
export const blockOfText = (options: { maxBytes: number }) =>
  z
    .string('must be text')
    .refine((value) => value.isWellFormed(), 'has broken Unicode (a lone surrogate); send valid UTF-8')
    .refine((value) => !CONTROL_IN_BLOCK.test(value), 'has a control character; send plain text')
    .refine((value) => Buffer.byteLength(value) <= options.maxBytes, `is larger than ${options.maxBytes} bytes; shorten it`);
