import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Locale } from '@billing-mail/contracts';
import { type Logger, Public, RateLimit, ReaderLocale, RefusedRequests, requestIdOf } from '@billing-mail/platform';
import type { Request, Response } from 'express';
import { browserKeyOf } from './browser-key.js';
import { callbackPage } from './callback-page.js';
import { PersonSignIn } from './person-sign-in.js';
import { LOGGER } from '../settings.tokens.js';

/** The address to which providers send browsers back. It is a page for people, so it is not part of the API description. */
@ApiExcludeController()
@Controller('v1/mail-connections')
export class CallbackController {
  private readonly refused: RefusedRequests;

  constructor(
    private readonly signIn: PersonSignIn,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.refused = new RefusedRequests(logger);
  }

  @Get('callback')
  @Public()
  @RateLimit('sign-in-returns')
  async callback(@Req() request: Request, @Res() response: Response, @ReaderLocale() reader: Locale | null): Promise<void> {
    const ended = await this.signIn.end(request.originalUrl.split('?').slice(1).join('?'), browserKeyOf(request));
    // Other reasons are not counted as refused requests: they happen to the person who began the sign-in, in the same browser.
    if (!ended.ok && (ended.reason === 'link_expired' || ended.reason === 'other_browser'))
      this.refused.note('bad_sign_in', { requestId: requestIdOf(request) });
    const page = callbackPage(ended, reader ?? 'en');
    response
      .status(ended.ok ? 200 : 400)
      .setHeader('Content-Security-Policy', page.policy)
      // Keeps the reference to the window that opened this one, although the navigation came from another origin.
      .setHeader('Cross-Origin-Opener-Policy', 'unsafe-none')
      .setHeader('Referrer-Policy', 'no-referrer')
      .type('html')
      .send(page.html);
  }
}
