/** How we sign in. `token` is an OAuth 2 bearer access token (RFC 6750). */
export type SignIn = { type: 'none' } | PasswordLogin | TokenLogin;
export type PasswordLogin = { type: 'password'; username: string; password: string };
export type TokenLogin = { type: 'bearer'; username: string; token: string };
export type Credentials = Exclude<SignIn, { type: 'none' }>;

/** Returns the secret that must never be reported, in whatever form; empty if there is none. */
export function secretOf(auth: SignIn): string {
  switch (auth.type) {
    case 'none':
      return '';
    case 'password':
      return auth.password;
    case 'bearer':
      return auth.token;
  }
}

/** Returns whether the secret is a token. A session outlives its token, and stays the same when the token is renewed. */
export const isToken = (auth: SignIn): boolean => auth.type === 'bearer';
