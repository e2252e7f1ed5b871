import { createHmac } from 'node:crypto';

type Credentials = { username: string; password: string };

const CHALLENGE = '<1896.697170952@scripted.test>';

/**
 * Asks the client for its credentials by a mechanism; resolves to `null` if the mechanism is not known. With CRAM-MD5, the password is that
 * of the account whose password the client has proved to know, or empty. With token mechanisms it is the token; username and password are
 * empty if the syntax is wrong.
 */
export async function credentialsBy(
  mechanism: string,
  initial: string | undefined,
  accounts: readonly Credentials[],
  ask: (challenge: string) => Promise<string | null>,
): Promise<Credentials | null> {
  switch (mechanism) {
    case 'PLAIN': {
      const [, username = '', password = ''] = decode(initial ?? (await ask('334 '))).split('\0');
      return { username, password };
    }
    case 'LOGIN': {
      const username = decode(initial ?? (await ask('334 VXNlcm5hbWU6')));
      return { username, password: decode(await ask('334 UGFzc3dvcmQ6')) };
    }
    case 'CRAM-MD5': {
      const answer = decode(await ask(`334 ${Buffer.from(CHALLENGE).toString('base64')}`));
      const [username = '', digest] = answer.split(' ');
      const isProved = ({ password }: Credentials) => createHmac('md5', password).update(CHALLENGE).digest('hex') === digest;
      return { username, password: accounts.find(isProved)?.password ?? '' };
    }
    case 'XOAUTH2':
      return ofToken(XOAUTH2.exec(decode(initial ?? (await ask('334 ')))));
    case 'OAUTHBEARER': {
      const credentials = ofToken(OAUTHBEARER.exec(decode(initial ?? (await ask('334 ')))));
      return { ...credentials, username: credentials.username.replaceAll('=2C', ',').replaceAll('=3D', '=') };
    }
    default:
      return null;
  }
}

/** Separates the fields in the token mechanisms. */
const SOH = String.fromCharCode(1);
const XOAUTH2 = new RegExp(`^user=([^${SOH}]*)${SOH}auth=Bearer ([^${SOH}]*)${SOH}${SOH}$`);
const OAUTHBEARER = new RegExp(`^n,a=([^,]*),${SOH}host=[^${SOH}]+${SOH}port=\\d+${SOH}auth=Bearer ([^${SOH}]*)${SOH}${SOH}$`);

const ofToken = (match: RegExpExecArray | null): Credentials => ({ username: match?.[1] ?? '', password: match?.[2] ?? '' });

const decode = (text: string | null | undefined): string => Buffer.from(text ?? '', 'base64').toString('utf8');
