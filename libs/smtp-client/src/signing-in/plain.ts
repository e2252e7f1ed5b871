import { type PasswordLogin } from './credentials.js';
import { expectWelcome, sayAuth, type Mechanism } from './mechanism.js';

/** RFC 4616. nodemailer's own does not answer a server that asks again. */
export const plain = ({ username, password }: PasswordLogin): Mechanism => ({
  name: 'PLAIN',
  signIn: async (say) => expectWelcome(await sayAuth(say, 'PLAIN', Buffer.from(`\0${username}\0${password}`).toString('base64'))),
});
