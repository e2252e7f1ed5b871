// A mail server that delivers a report, one command at a time, for tests.
import { connect } from 'node:net';

export type Reply = { command: string; code: number; text: string };

/** Sends the commands and the mail; returns the reply to each. The end of the mail counts as the command `.`. */
export async function bring(port: number, recipients: readonly string[], mail: string | null): Promise<Reply[]> {
  const socket = connect(port, '127.0.0.1');
  const replies: Reply[] = [];
  const received = lines(socket);
  const say = async (command: string, text = `${command}\r\n`): Promise<number> => {
    socket.write(text);
    const reply = await received.next();
    replies.push({ command, code: Number(reply.slice(0, 3)), text: reply });
    return Number(reply.slice(0, 3));
  };
  socket.on('error', () => undefined);
  await received.next();
  await say('EHLO mx.test');
  await say('MAIL FROM:<>');
  for (const recipient of recipients) await say(`RCPT TO:<${recipient}>`);
  if (mail !== null && (await say('DATA')) === 354) await say('.', `${mail.replace(/^\./gm, '..')}\r\n.\r\n`);
  socket.destroy();
  return replies;
}

/** Replies of one or more lines, in the order of their arrival. A closed connection reads as 421. */
function lines(socket: ReturnType<typeof connect>): { next: () => Promise<string> } {
  let text = '';
  let ended = false;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk) => ((text += chunk.toString()), wake()));
  socket.on('close', () => ((ended = true), wake()));
  return {
    async next() {
      for (;;) {
        const whole = /^(?:\d{3}-[^\r]*\r\n)*\d{3} [^\r]*\r\n/.exec(text)?.[0];
        if (whole !== undefined) {
          text = text.slice(whole.length);
          return whole.trim();
        }
        if (ended) return '421 closed';
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
