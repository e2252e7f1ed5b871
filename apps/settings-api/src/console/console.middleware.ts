// Serves the web page: the page for each of its paths, its files (those in `assets` may be cached for a year), and the addresses of the
// other services.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProblemException } from '@billing-mail/platform';
import type { NextFunction, Request, Response } from 'express';
import { type ConsoleConfig, consolePage } from './console-page.js';

// The depth is the same from src and from dist.
const BUILT_PAGE = join(__dirname, '..', '..', '..', '..', 'libs', 'console', 'dist', 'page');

// Paths of the page's own router; all others belong to the API.
const PAGES = /^\/(?:teams(?:\/.*)?)?$/;
const FILES = /^\/(?:favicon\.svg|assets\/[\w-][\w.-]*)$/;
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

/** Express middleware; `folder` is the output of the page's build. Without it the page answers 503, and the API still works. */
export function serveConsole(config: ConsoleConfig, folder = BUILT_PAGE) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (!['GET', 'HEAD'].includes(request.method)) return next();
    // Nest mounts the middleware, which shortens `path`; only the original URL is complete.
    const path = request.originalUrl.replace(/\?.*$/s, '');
    if (PAGES.test(path)) return void servePage(response, next, config, folder);
    if (FILES.test(path)) return serveFile(path, request, response, next, folder);
    if (path === '/console-config.json') return void response.setHeader('Cache-Control', 'no-cache').json(config);
    next();
  };
}

async function servePage(response: Response, next: NextFunction, config: ConsoleConfig, folder: string): Promise<void> {
  try {
    const page = consolePage(await readFile(join(folder, 'index.html'), 'utf8'), config);
    // Lets the window in which somebody signs in at a provider report its result to this page.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin-allow-popups');
    response.setHeader('Content-Security-Policy', page.policy).setHeader('Cache-Control', 'no-store').type('html').send(page.html);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    next(isMissing ? new ProblemException(503, 'page-not-built', 'The web page is not built. Run "npm run build".') : error);
  }
}

// Sends a file in the first encoding that the build has made and the browser accepts.
function serveFile(path: string, request: Request, response: Response, next: NextFunction, folder: string): void {
  response.vary('Accept-Encoding');
  // The files are the same for everybody. `sendFile` sets Cache-Control only if it is not set yet.
  response.removeHeader('Cache-Control');
  // The names of assets contain a hash of their content.
  const keep = path.startsWith('/assets/') ? { maxAge: '1y', immutable: true } : { maxAge: '1h' };
  const forms = [...ENCODINGS.filter(({ name }) => request.acceptsEncodings(name) === name), { name: null, suffix: '' }];
  const sendFirst = ([form, ...others]: typeof forms): void => {
    if (form === undefined) return next();
    response.type(path.slice(path.lastIndexOf('.')));
    if (form.name !== null) response.setHeader('Content-Encoding', form.name);
    response.sendFile(`${path}${form.suffix}`, { root: folder, ...keep }, (error?: NodeJS.ErrnoException) => {
      if (!error || response.headersSent) return;
      response.removeHeader('Content-Encoding');
      sendFirst(others);
    });
  };
  sendFirst(forms);
}
