import { z } from 'zod';
import { explainSenderName, explainShownText } from './shown-text-rules.js';
import { type LineLimits, lineRules, tooManyCharacters } from './text-rules.js';

// C0 without tab/LF/CR, and DEL.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL_IN_BLOCK = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/u;

/**
 * Text of at most so many UTF-16 units. Nothing else is looked at in a longer one: to count the characters of 38 MB, or to look for addresses in
 * them, takes seconds.
 */
export const boundedText = (units: number, otherwise: string, maxLength = units) =>
  z
    .string('must be text')
    .refine((value) => value.length <= units, { error: otherwise, abort: true })
    // For the description of the API, which can't read it from a rule: in characters, as JSON Schema counts.
    .meta({ maxLength });

/** A single line of text by `lineRules`. No character has more than two units. */
export const lineOfText = (limits: LineLimits) =>
  lineRules(limits).reduce(
    (line, { holds, otherwise }) => line.refine(holds, otherwise),
    boundedText(2 * limits.max, tooManyCharacters(limits), limits.max),
  );

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
export const blockOfText = ({ maxBytes }: { maxBytes: number }) =>
  boundedText(maxBytes, tooManyBytes(maxBytes))
    .refine((value) => value.isWellFormed(), 'has broken Unicode (a lone surrogate); send valid UTF-8')
    .refine((value) => !CONTROL_IN_BLOCK.test(value), 'has a control character; send plain text')
    .refine((value) => Buffer.byteLength(value) <= maxBytes, tooManyBytes(maxBytes));

const tooManyBytes = (maxBytes: number): string => `is larger than ${maxBytes} bytes; shorten it`;
