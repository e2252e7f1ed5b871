import { z } from 'zod';
import { explainSenderName, explainShownText } from './shown-text-rules.js';
import { type LineLimits, lineRules, tooManyCharacters } from './text-rules.js';

// C0 without tab/LF/CR, and DEL.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_IN_BLOCK = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/u;

/**
 * Returns a schema for text of at most `units` UTF-16 units. A longer text is not checked any further: to count the characters of 38 MB, or
 * to look for addresses in them, takes seconds.
 */
export const boundedText = (units: number, otherwise: string, maxLength = units) =>
  z
    .string('must be text')
    .refine((value) => value.length <= units, { error: otherwise, abort: true })
    // For the description of the API, which can't derive it from `refine`. In characters, as JSON Schema counts.
    .meta({ maxLength });

/** A single line of text by `lineRules`. No character has more than two UTF-16 units. */
export const lineOfText = (limits: LineLimits) =>
  lineRules(limits).reduce(
    (line, { holds, otherwise }) => line.refine(holds, otherwise),
    boundedText(2 * limits.max, tooManyCharacters(limits), limits.max),
  );

/** Makes a zod check from a function that returns what is wrong, or `null`. */
export const explained =
  (explain: (value: string) => string | null) =>
  (value: string, context: z.RefinementCtx): void => {
    const message = explain(value);
    if (message !== null) context.addIssue({ code: 'custom', message });
  };

/** A line by which people recognise whom or what they deal with. */
export const shownLine = (limits: LineLimits) => lineOfText(limits).superRefine(explained(explainShownText));

/** The display name in front of a sender's address. */
export const senderName = (limits: LineLimits) => lineOfText(limits).superRefine(explained(explainSenderName));

/** Text of several lines; size in bytes of UTF-8. Tabs, form feeds and line ends are allowed, other control characters are not. */
export const blockOfText = ({ maxBytes }: { maxBytes: number }) =>
  boundedText(maxBytes, tooManyBytes(maxBytes))
    .refine((value) => value.isWellFormed(), 'has broken Unicode (a lone surrogate); send valid UTF-8')
    .refine((value) => !CONTROL_IN_BLOCK.test(value), 'has a control character; send plain text')
    .refine((value) => Buffer.byteLength(value) <= maxBytes, tooManyBytes(maxBytes));

const tooManyBytes = (maxBytes: number): string => `is larger than ${maxBytes} bytes; shorten it`;
