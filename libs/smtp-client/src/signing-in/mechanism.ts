/** Says a command, or goes on with AUTH; resolves to the reply as one text that begins with its code. */
export type Say = (line: string) => Promise<string>;

/** A SASL mechanism with what is said by it. */
export type Mechanism = {
  /** As servers offer it. */
  name: string;
  /** Resolves when the server has taken it, else throws; what it said last is known to who calls. Left out where nodemailer does it well. */
  signIn?: (say: Say) => Promise<void>;
};

/** The server has said why it does not take a token; `told` is what of that is fit to be told, perhaps nothing. */
export class TokenRefused extends Error {
  constructor(readonly told: string) {
    super('the token is refused');
  }
}

/** RFC 5321 4.5.3.1.4, with the line end. */
const LONGEST_COMMAND = 512;

/**
 * Says AUTH with its initial response, or after it where the line would be too long (RFC 4954 4; with a token it mostly is). A server that
 * asks for what came with AUTH gets it again, which the same section allows it to do. `asks` tells such a question from another challenge.
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
