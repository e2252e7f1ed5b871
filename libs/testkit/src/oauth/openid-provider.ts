// Starts a real OpenID provider on loopback, and signs people in there as a browser would.
import { fork } from 'node:child_process';
import path from 'node:path';

export type OpenIdProviderOptions = {
  clients: {
    client_id: string;
    client_secret?: string;
    redirect_uris: string[];
    grant_types?: string[];
    token_endpoint_auth_method?: string;
    response_types?: string[];
    scope?: string;
  }[];
  /** Beyond `openid`, `email` and `offline_access`. */
  scopes?: string[];
  accounts: string[];
  /** Where it listens; left out, on a free one. */
  port?: number;
  /** A new refresh token each time, after which the old one is of no use; the default. Otherwise none but the first, as at Google. */
  rotates?: boolean;
  emailInIdToken?: boolean;
  /** `false`, as at Microsoft: `offline_access` is not among the scopes that it says it has granted, and who does not ask for it again gets no further refresh token. */
  namesLasting?: boolean;
  /** Gives a refresh token unasked, as Google does for `access_type=offline`. */
  alwaysLasting?: boolean;
  tokenLifeS?: number;
  /** `no`, as at Microsoft: there is no address at which a permission is taken back. */
  revokes?: 'yes' | 'no';
  /** Known by what it signs, as at Google. */
  serviceAccount?: { email: string; publicKey: string };
};

/** What it does from now on. `granted`: the scopes that people agree to, `null` all, `nothing` none at all. */
type OpenIdProviderBehaviour = {
  status?: number;
  delayMs?: number;
  /** Requests for tokens are answered once this is `false` again. */
  isHeld?: boolean;
  error?: { error: string; error_description?: string } | null;
  accounts?: string[];
  granted?: string[] | 'nothing' | null;
  /** How much its clock is ahead, in seconds. */
  clockOffS?: number;
  revokes?: 'yes' | 'refused';
};

export type OpenIdProvider = {
  issuer: string;
  behave(change: OpenIdProviderBehaviour): Promise<void>;
  /** Takes back every token that is out. */
  revokeAll(): Promise<void>;
  /** Takes back the access tokens alone, so that who renews gets another. */
  revokeAccess(): Promise<void>;
  /** Requests to the token endpoint so far. */
  tokenRequests(): Promise<number>;
  /** Every access and refresh token that it has given out so far. */
  givenTokens(): Promise<string[]>;
  /** Follows `url` as a browser with a person before it does; returns where the provider sends the browser in the end. */
  signIn(url: string): Promise<URL>;
  /** Whether an access token is good now, and whose. */
  introspect(token: string, client: { id: string; secret: string }): Promise<{ active: boolean; sub?: string; scope?: string }>;
  close(): Promise<void>;
};

// An ES module as it is, beside the sources: it is not compiled.
const PROGRAM = path.join(__dirname, '..', '..', 'src', 'oauth', 'openid-provider.program.mjs');

type Answer = { id?: number; issuer?: string; asked?: number; given?: string[]; error?: string };

export async function startOpenIdProvider(options: OpenIdProviderOptions): Promise<OpenIdProvider> {
  const child = fork(PROGRAM, [JSON.stringify({ scopes: [], ...options })], { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const waiting = new Map<number, (answer: Answer) => void>();
  const issuer = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the OpenID provider has ended: ${errors}`)));
    child.on('message', (answer: Answer) => {
      if (answer.issuer !== undefined) resolve(answer.issuer);
      if (answer.error !== undefined) errors += answer.error;
      if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    });
  });
  let count = 0;
  const tell = (message: object): Promise<Answer> =>
    new Promise((resolve) => {
      const id = ++count;
      waiting.set(id, resolve);
      child.send({ id, ...message });
    });
  return {
    issuer,
    behave: async (set) => void (await tell({ set })),
    revokeAll: async () => void (await tell({ revokeAll: true })),
    revokeAccess: async () => void (await tell({ revokeAccess: true })),
    tokenRequests: async () => (await tell({})).asked ?? 0,
    givenTokens: async () => (await tell({})).given ?? [],
    signIn: (url) => followAsBrowser(issuer, url, () => errors),
    introspect: async (token, { id, secret }) => {
      const body = new URLSearchParams({ token, client_id: id, client_secret: secret });
      return (await (await fetch(`${issuer}/token/introspection`, { method: 'POST', body })).json()) as { active: boolean };
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function followAsBrowser(issuer: string, start: string, errors: () => string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let hops = 0; hops < 20 && url.origin === issuer; hops += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null)
      throw new Error(`the provider answers ${response.status}: ${(await response.text()).slice(0, 2000)} ${errors()}`);
    url = new URL(location, url);
  }
  return url;
}
