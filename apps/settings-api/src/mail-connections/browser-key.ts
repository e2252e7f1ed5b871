// Ties a sign-in to the browser that began it, by a cookie.
import type { CookieOptions, Request, Response } from 'express';

const NAME = 'billing-mail-sign-in';
const MINUTES = 10;

// SameSite=Lax, because the provider sends the browser back by a navigation from another site.
const optionsFor = (redirectUrl: string): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: redirectUrl.startsWith('https:'),
  path: new URL(redirectUrl).pathname,
});

export const setBrowserKey = (response: Response, key: string, redirectUrl: string): void =>
  void response.cookie(NAME, key, { ...optionsFor(redirectUrl), maxAge: MINUTES * 60_000 });

/** Returns the key of this browser. The cookie is not deleted, because another window of the browser may be signing in as well. */
export const browserKeyOf = (request: Request): string | undefined =>
  new RegExp(`(?:^|;\\s*)${NAME}=([\\w-]{43})(?:;|$)`).exec(request.headers.cookie ?? '')?.[1];
