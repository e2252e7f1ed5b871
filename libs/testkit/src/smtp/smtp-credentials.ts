import { createHmac } from 'node:crypto';

type Credentials = { username: string; password: string };

const CHALLENGE = '<1896.697170952@scripted.test>';

/**
 * What a client gives to sign in by a mechanism; `null` for one that is not known. Of CRAM-MD5 the password is that of the account that
 * it proves to know, else empty; of a token's mechanisms it is the token, and empty unless everything is said as it must be.
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

/** Between the fields of a token's mechanisms. */
const SOH = String.fromCharCode(1);
const XOAUTH2 = new RegExp(`^user=([^${SOH}]*)${SOH}auth=Bearer ([^${SOH}]*)${SOH}${SOH}$`);
const OAUTHBEARER = new RegExp(`^n,a=([^,]*),${SOH}host=[^${SOH}]+${SOH}port=\\d+${SOH}auth=Bearer ([^${SOH}]*)${SOH}${SOH}$`);

const ofToken = (match: RegExpExecArray | null): Credentials => ({ username: match?.[1] ?? '', password: match?.[2] ?? '' });

const decode = (text: string | null | undefined): string => Buffer.from(text ?? '', 'base64').toString('utf8');
