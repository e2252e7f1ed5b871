import { z } from 'zod';

// C0 without tab/LF/CR, DEL, C1, and the Unicode line separators that some mail readers treat as line ends.
/* eslint-disable no-control-regex -- control characters are what these look for */
const CONTROL_IN_LINE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u;
const CONTROL_IN_BLOCK = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/u;

const characters = (value: string): number => Array.from(value).length;

/**
 * A single line of text: no line ends, no control characters, valid Unicode. Length counts characters (code points), not
 * UTF-16 units, so that 300 emoji are 300.
 */
export const lineOfText = (options: { min?: number; max: number }) =>
  z
    .string('must be text')
    .refine((value) => value.isWellFormed(), 'has broken Unicode (a lone surrogate); send valid UTF-8')
    .refine((value) => !CONTROL_IN_LINE.test(value), 'has a line break or control character; send one line of plain text')
    .refine((value) => characters(value.trim()) >= (options.min ?? 1), 'must not be empty')
    .refine((value) => characters(value) <= options.max, `is longer than ${options.max} characters; shorten it`);

/** Text of several lines; size in bytes of UTF-8. Tabs, form feeds and line ends are allowed, other control characters are not. */
export const blockOfText = (options: { maxBytes: number }) =>
  z
    .string('must be text')
    .refine((value) => value.isWellFormed(), 'has broken Unicode (a lone surrogate); send valid UTF-8')
    .refine((value) => !CONTROL_IN_BLOCK.test(value), 'has a control character; send plain text')
    .refine((value) => Buffer.byteLength(value) <= options.maxBytes, `is larger than ${options.maxBytes} bytes; shorten it`);
