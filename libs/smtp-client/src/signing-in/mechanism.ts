/** Sends a command, or a line that continues AUTH. Resolves to the reply as one text that begins with its code. */
export type Say = (line: string) => Promise<string>;

/** A SASL mechanism with its dialogue. */
export type Mechanism = {
  /** Its name, as servers announce it. */
  name: string;
  /** Resolves when the server has accepted, rejects otherwise; the caller knows the last reply. Left out if nodemailer's own is used. */
  signIn?: (say: Say) => Promise<void>;
};

/** The server has said why it refuses a token. `told` is the part of its explanation that may be reported; it may be empty. */
export class TokenRefused extends Error {
  constructor(readonly told: string) {
    super('the token is refused');
  }
}

/** Octets of the longest command line, including the line end (RFC 5321 4.5.3.1.4). */
const LONGEST_COMMAND = 512;

/**
 * Sends AUTH with its initial response, or the response on a line of its own if AUTH would be too long (RFC 4954 4; with a token it usually
 * is). If the server asks again for a response that came with AUTH (same section), it is sent again. `asks` recognizes such a challenge.
 */
export async function sayAuth(say: Say, name: string, response: string, asks: (reply: string) => boolean = isChallenge): Promise<string> {
  const command = `AUTH ${name} ${response}`;
  const first = await say(command.length + 2 <= LONGEST_COMMAND ? command : `AUTH ${name}`);
  return asks(first) ? say(response) : first;
}

export const isChallenge = (reply: string): boolean => reply.startsWith('334');

export function expectWelcome(reply: string): void {
  if (!reply.startsWith('2')) throw new Error('sign-in is refused');
}
