/** How we sign in. `token` is an OAuth 2 access token that the provider takes as it is (RFC 6750). */
export type SignIn = { type: 'none' } | PasswordLogin | TokenLogin;
export type PasswordLogin = { type: 'password'; username: string; password: string };
export type TokenLogin = { type: 'bearer'; username: string; token: string };
export type Credentials = Exclude<SignIn, { type: 'none' }>;

/** What must never be reported, in whatever form; empty if there is none. */
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

/** Whether it is a token: a session outlives its token and stays the same when the token is renewed. */
export const isToken = (auth: SignIn): boolean => auth.type === 'bearer';
