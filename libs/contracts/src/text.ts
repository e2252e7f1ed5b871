import { z } from 'zod';
import { explainSenderName, explainShownText } from './shown-text-rules.js';
import { type LineLimits, lineRules } from './text-rules.js';

// C0 without tab/LF/CR, and DEL.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_IN_BLOCK = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/u;

/** A single line of text by `lineRules`. */
export const lineOfText = (limits: LineLimits) =>
  lineRules(limits).reduce((line, { holds, otherwise }) => line.refine(holds, otherwise), z.string('must be text'));

/** A rule that says itself what is wrong. */
export const explained =
  (explain: (value: string) => string | null) =>
  (value: string, context: z.RefinementCtx): void => {
    const message = explain(value);
    if (message !== null) context.addIssue({ code: 'custom', message });
  };

/** A line that people read to know whom and what they have before them. */
export const shownLine = (limits: LineLimits) => lineOfText(limits).superRefine(explained(explainShownText));

/** What stands in front of a sender's address. */
export const senderName = (limits: LineLimits) => lineOfText(limits).superRefine(explained(explainSenderName));

/** Text of several lines; size in bytes of UTF-8. Tabs, form feeds and line ends are allowed, other control characters are not. */
export const blockOfText = (options: { maxBytes: number }) =>
  z
    .string('must be text')
    .refine((value) => value.isWellFormed(), 'has broken Unicode (a lone surrogate); send valid UTF-8')
    .refine((value) => !CONTROL_IN_BLOCK.test(value), 'has a control character; send plain text')
    .refine((value) => Buffer.byteLength(value) <= options.maxBytes, `is larger than ${options.maxBytes} bytes; shorten it`);
