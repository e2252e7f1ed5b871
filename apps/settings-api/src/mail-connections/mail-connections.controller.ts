import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  type MailConnectionEnd,
  mailConnectionEnd,
  type MailConnectionRequest,
  mailConnectionRequest,
  type MailConnectionStart,
  mailConnectionStart,
  type MailConnectionView,
  mailConnectionView,
} from '@billing-mail/contracts';
import { Caller, CurrentCaller, jsonSchema, RateLimit, TeamAccess, ZodPipe } from '@billing-mail/platform';
import type { Response } from 'express';
import { ApiProblems } from '../email-delivery/api-problems.js';
import { REDIRECT_URL } from '../settings.tokens.js';
import { AppSignIn } from './app-sign-in.js';
import { setBrowserKey } from './browser-key.js';
import { ConnectedMailbox } from './connected-mailbox.js';
import { PersonSignIn } from './person-sign-in.js';

const EXAMPLES = {
  microsoft: { summary: 'Microsoft 365', value: { provider: 'microsoft' } },
  shared: { summary: 'A shared mailbox at Microsoft 365', value: { provider: 'microsoft', mailbox: 'billing@acme.example' } },
  google: { summary: 'Google', value: { provider: 'google' } },
  microsoftApp: {
    summary: 'An app of the team at Microsoft 365, without a person',
    value: {
      ...{ provider: 'microsoft', grant: 'app', tenant: 'acme.example', mailbox: 'billing@acme.example' },
      ...{ clientId: '5f0c1f0e-0000-4000-8000-000000000000', clientSecret: '…' },
    },
  },
  googleApp: {
    summary: 'A service account at Google with domain-wide delegation',
    value: {
      ...{ provider: 'google', grant: 'app', mailbox: 'billing@acme.example' },
      serviceAccount: { client_email: 'billing@acme-project.iam.gserviceaccount.com', private_key: '-----BEGIN PRIVATE KEY-----…' },
    },
  },
  oidc: {
    summary: 'Any provider with a discovery document',
    value: {
      provider: 'oidc',
      issuer: 'https://id.acme.example',
      clientId: 'billing',
      clientSecret: '…',
      scope: 'smtp',
      host: 'smtp.acme.example',
    },
  },
};

/** The connected mailbox: we sign in to the team's own server with it by OAuth 2. */
@ApiTags('E-mail delivery')
@ApiParam({ name: 'teamId' })
@Controller('v1/teams/:teamId/email-delivery/connection')
export class MailConnectionsController {
  constructor(
    private readonly mailbox: ConnectedMailbox,
    private readonly byApp: AppSignIn,
    private readonly byPerson: PersonSignIn,
    @Inject(REDIRECT_URL) private readonly redirectUrl: string,
  ) {}

  @Get()
  @TeamAccess('read')
  @ApiOperation({ summary: 'The connected mailbox' })
  @ApiResponse({ status: 200, schema: jsonSchema(mailConnectionView) })
  @ApiProblems(401, 404)
  read(@Param('teamId') teamId: string): Promise<MailConnectionView> {
    return this.mailbox.view(teamId);
  }

  @Post()
  @HttpCode(200)
  @TeamAccess('write')
  @RateLimit('connections')
  @ApiOperation({
    summary: 'Connect a mailbox',
    description:
      'Answers with the address at which a person signs in, to be opened in a window of the same browser within ten minutes. That window ends ' +
      'with a message to the page that opened it. The settings send by the mailbox once "smtp.auth.type" is "oauth2".',
  })
  @ApiBody({ schema: jsonSchema(mailConnectionRequest, 'input'), examples: EXAMPLES })
  @ApiResponse({ status: 200, schema: jsonSchema(mailConnectionStart) })
  @ApiProblems(400, 401, 403, 404, 422)
  async connect(
    @Param('teamId') teamId: string,
    @Body(new ZodPipe(mailConnectionRequest)) body: MailConnectionRequest,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MailConnectionStart> {
    if (body.grant === 'app') return this.byApp.connect(teamId, body, caller);
    const { start, browserKey } = await this.byPerson.begin(teamId, body, caller);
    setBrowserKey(response, browserKey, this.redirectUrl);
    return start;
  }

  @Delete()
  @TeamAccess('write')
  @RateLimit('connections')
  @ApiOperation({
    summary: 'Disconnect the mailbox',
    description:
      'Deletes the permission, and revokes it at the provider if the provider offers that. The answer says whether it did: Microsoft 365 has no way for that, ' +
      'and an app that signs in by itself keeps what an administrator has allowed it.',
  })
  @ApiResponse({ status: 200, schema: jsonSchema(mailConnectionEnd) })
  @ApiProblems(401, 403, 404)
  disconnect(@Param('teamId') teamId: string, @CurrentCaller() caller: Caller): Promise<MailConnectionEnd> {
    return this.mailbox.disconnect(teamId, caller);
  }
}
