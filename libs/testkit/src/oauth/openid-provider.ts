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
  /** In addition to `openid`, `email` and `offline_access`. */
  scopes?: string[];
  accounts: string[];
  /** The port that it listens on; a free one if left out. */
  port?: number;
  /** `true` (default): each renewal gives a new refresh token and ends the old one. `false`: there is only the first one, as at Google. */
  rotates?: boolean;
  emailInIdToken?: boolean;
  /**
   * `false`, as at Microsoft: `offline_access` is not listed among the granted scopes, and a renewal that does not ask for it again gives
   * no new refresh token.
   */
  namesLasting?: boolean;
  /** Gives a refresh token even without `offline_access`, as Google does for `access_type=offline`. */
  alwaysLasting?: boolean;
  tokenLifeS?: number;
  /** `no`, as at Microsoft: there is no revocation endpoint. */
  revokes?: 'yes' | 'no';
  /** A service account that proves itself by signed assertions, as at Google. */
  serviceAccount?: { email: string; publicKey: string };
};

/** How the provider behaves from now on. `granted`: the scopes that people agree to; `null` means all, `nothing` means that they refuse. */
type OpenIdProviderBehaviour = {
  status?: number;
  delayMs?: number;
  /** While it is `true`, requests for tokens wait; they are answered once it is `false` again. */
  isHeld?: boolean;
  error?: { error: string; error_description?: string } | null;
  accounts?: string[];
  granted?: string[] | 'nothing' | null;
  /** How many seconds its clock is ahead. */
  clockOffS?: number;
  revokes?: 'yes' | 'refused';
};

export type OpenIdProvider = {
  issuer: string;
  behave(change: OpenIdProviderBehaviour): Promise<void>;
  /** Revokes every token that it has given out. */
  revokeAll(): Promise<void>;
  /** Revokes only the access tokens, so that a renewal gives a new one. */
  revokeAccess(): Promise<void>;
  /** Resolves to the number of requests to the token endpoint so far. */
  tokenRequests(): Promise<number>;
  /** Resolves to every access and refresh token that it has given out so far. */
  givenTokens(): Promise<string[]>;
  /** Follows `url` like a browser in which a person signs in. Resolves to the URL to which the provider sends the browser in the end. */
  signIn(url: string): Promise<URL>;
  /** Resolves to whether an access token is valid now, and whose it is. */
  introspect(token: string, client: { id: string; secret: string }): Promise<{ active: boolean; sub?: string; scope?: string }>;
  close(): Promise<void>;
};

// An ES module beside the sources, which is not compiled.
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
