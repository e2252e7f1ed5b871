// The words that rules look for are in the first lines; the limit keeps a reply of 5 MB from costing time.
const READ_CHARACTERS = 4000;
// A sentence may continue over several lines of a reply, each of which repeats code and status (RFC 5321 4.2.1, RFC 2034 4).
const LINE_START = /[\r\n]+(?:\d{3}[- ])?(?:[245]\.\d{1,3}\.\d{1,3} )?/g;

/** Returns the beginning of a reply as running text. */
export const wordsOfReply = (text: string): string => text.slice(0, READ_CHARACTERS).replace(LINE_START, ' ');
