// Ties a sign-in to the browser that began it.
import type { CookieOptions, Request, Response } from 'express';

const NAME = 'billing-mail-sign-in';
const MINUTES = 10;

// Lax: the way back from the provider is a navigation to us from another site.
const optionsFor = (redirectUrl: string): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: redirectUrl.startsWith('https:'),
  path: new URL(redirectUrl).pathname,
});

export const setBrowserKey = (response: Response, key: string, redirectUrl: string): void =>
  void response.cookie(NAME, key, { ...optionsFor(redirectUrl), maxAge: MINUTES * 60_000 });

/** The key that the browser has kept. It keeps it: another window of the same browser may be signing in as well. */
export const browserKeyOf = (request: Request): string | undefined =>
  new RegExp(`(?:^|;\\s*)${NAME}=([\\w-]{43})(?:;|$)`).exec(request.headers.cookie ?? '')?.[1];
