// A team's settings over HTTP: read, replace, and their history.
import { Body, Controller, Get, Headers, Param, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  type EmailDeliveryInput,
  emailDeliveryInput,
  type EmailDeliveryView,
  emailDeliveryView,
  type Page,
  page,
  pageQuery,
  type SettingsChangeRecord,
  settingsChangeRecord,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import { Caller, CurrentCaller, jsonSchema, RateLimit, TeamAccess, ZodPipe } from '@billing-mail/platform';
import type { Response } from 'express';
import type { z } from 'zod';
import { viewOfTrust } from '../smtp-account/read-server-trust.js';
import { ApiProblems } from './api-problems.js';
import { EmailDeliveryService } from './email-delivery.service.js';
import { etagOf, readIfMatch } from './if-match.js';

const ETAG = { ETag: { description: 'The version in quotes, for If-Match', schema: { type: 'string' as const } } };

@ApiTags('E-mail delivery')
@ApiParam({ name: 'teamId' })
@Controller('v1/teams/:teamId/email-delivery')
export class EmailDeliveryController {
  constructor(private readonly settings: EmailDeliveryService) {}

  @Get()
  @TeamAccess('read')
  @ApiOperation({ summary: "The team's settings" })
  @ApiResponse({ status: 200, headers: ETAG, schema: jsonSchema(emailDeliveryView) })
  @ApiProblems(401, 404)
  async read(@Param('teamId') teamId: string, @Res({ passthrough: true }) response: Response): Promise<EmailDeliveryView> {
    return answer(await this.settings.read(teamId), response);
  }

  @Put()
  @TeamAccess('write')
  @RateLimit('settings-changes')
  @ApiOperation({
    summary: 'Replace the settings',
    description:
      'A password that is left out stays, unless host, port or username change. Saving the settings that are stored already makes no new version.',
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag of the version to replace; without it the last writer wins' })
  @ApiBody({ schema: jsonSchema(emailDeliveryInput, 'input') })
  @ApiResponse({ status: 200, headers: ETAG, schema: jsonSchema(emailDeliveryView) })
  @ApiProblems(400, 401, 403, 404, 412, 422)
  async replace(
    @Param('teamId') teamId: string,
    @Body(new ZodPipe(emailDeliveryInput)) body: EmailDeliveryInput,
    @Headers('if-match') ifMatch: string | undefined,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<EmailDeliveryView> {
    return answer(await this.settings.replace(teamId, body, caller, readIfMatch(ifMatch)), response);
  }

  @Get('history')
  @TeamAccess('read')
  @RateLimit('lists')
  @ApiOperation({
    summary: 'Who changed what and when, newest first',
    description:
      'Of a long list the history shows the first few entries and the count. A page may have fewer items than asked for; `nextCursor` leads to the next page.',
  })
  @ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 200, schema: jsonSchema(page(settingsChangeRecord)) })
  @ApiProblems(401, 404, 422)
  history(
    @Param('teamId') teamId: string,
    @Query(new ZodPipe(pageQuery)) query: z.output<typeof pageQuery>,
  ): Promise<Page<SettingsChangeRecord>> {
    return this.settings.history(teamId, query);
  }
}

function answer(settings: TeamMailSettings, response: Response): EmailDeliveryView {
  response.setHeader('ETag', etagOf(settings.version));
  // The view's schema drops fields that it does not have, such as the sealed password.
  const { smtp } = settings;
  const auth =
    smtp?.auth.type === 'password'
      ? { ...smtp.auth, passwordSet: true }
      : smtp?.auth.type === 'oauth2'
        ? { type: 'oauth2', provider: null, mailbox: null, connectedAt: null, trouble: null, ...smtp.auth.connection }
        : smtp?.auth;
  return emailDeliveryView.parse({ ...settings, smtp: smtp && { ...smtp, auth, tls: viewOfTrust(smtp.tls) } });
}
