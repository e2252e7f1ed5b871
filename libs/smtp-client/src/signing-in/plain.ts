import { type PasswordLogin } from './credentials.js';
import { expectWelcome, sayAuth, type Mechanism } from './mechanism.js';

/** PLAIN (RFC 4616). nodemailer's own implementation does not answer a server that asks again for the response. */
export const plain = ({ username, password }: PasswordLogin): Mechanism => ({
  name: 'PLAIN',
  signIn: async (say) => expectWelcome(await sayAuth(say, 'PLAIN', Buffer.from(`\0${username}\0${password}`).toString('base64'))),
});
