import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import {
  page,
  type Page,
  type WebhookInput,
  webhookInput,
  webhookLogQuery,
  type WebhookMessageView,
  webhookMessageView,
  type WebhookReplay,
  webhookReplay,
  webhookReplayed,
  type WebhookRotation,
  webhookRotation,
  type WebhookView,
  webhookView,
  type WebhookWithSecret,
  webhookWithSecret,
} from '@billing-mail/contracts';
import {
  type Caller,
  CurrentCaller,
  decodeCursor,
  encodeCursor,
  invalidInput,
  jsonSchema,
  notFound,
  ProblemException,
  RateLimit,
  TeamAccess,
  ZodPipe,
} from '@billing-mail/platform';
import { ForbiddenAddressError, type HostPolicy, pinnedLookup, UnreachedHostError } from '@billing-mail/smtp-client';
import { z } from 'zod';
import { WEBHOOK_POLICY } from '../../notification.tokens.js';
import { ContactStore } from '../../preferences/contact.store.js';
import { WebhookLogStore } from './webhook-log.store.js';
import { MOST_WEBHOOKS, WebhooksStore } from './webhooks.store.js';

const position = z.object({ at: z.iso.datetime(), id: z.uuid() });
const NO_WEBHOOK = { status: 404, description: 'The team has no such webhook' } as const;
const IS_OFF = { status: 409, description: 'The webhook is switched off' } as const;

/**
 * Webhooks by which a team's own programs learn what happened to its documents. Only admins may use these endpoints, because the address of
 * a webhook may be a secret of the receiver.
 */
@ApiTags('webhooks')
@Controller('v1/teams/:teamId/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksStore,
    private readonly log: WebhookLogStore,
    private readonly contacts: ContactStore,
    @Inject(WEBHOOK_POLICY) private readonly policy: HostPolicy,
  ) {}

  @Get()
  @TeamAccess('write')
  @ApiOperation({ summary: "The team's webhooks" })
  @ApiResponse({ status: 200, schema: jsonSchema(page(webhookView)) })
  async list(@Param('teamId') teamId: string): Promise<Page<WebhookView>> {
    return { items: await this.webhooks.list(teamId), nextCursor: null };
  }

  @Post()
  @TeamAccess('write')
  @RateLimit('webhooks')
  @ApiOperation({
    summary: 'Adds a webhook; the answer shows its secret, this once',
    description:
      'Requests are signed by Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp`, `webhook-signature` with `v1` (HMAC-SHA256 by the secret) and `v1a` (Ed25519 by the public key). They come at least once and in no certain order; `webhook-id` is the same in each try of an event.',
  })
  @ApiBody({ schema: jsonSchema(webhookInput, 'input') })
  @ApiResponse({ status: 201, schema: jsonSchema(webhookWithSecret) })
  @ApiResponse({ status: 409, description: `The team has ${MOST_WEBHOOKS} already` })
  async add(
    @Param('teamId') teamId: string,
    @Body(new ZodPipe(webhookInput)) input: WebhookInput,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookWithSecret> {
    await this.check(input.url);
    const added = await this.webhooks.add(teamId, input, await this.adminOf(caller));
    if (added === null)
      throw new ProblemException(409, 'too-many-webhooks', `A team has at most ${MOST_WEBHOOKS} webhooks. Remove one of them first.`);
    return added;
  }

  @Delete(':id')
  @HttpCode(204)
  @TeamAccess('write')
  @ApiOperation({ summary: 'Removes a webhook with its log; nothing more is sent there' })
  @ApiResponse({ status: 204 })
  @ApiResponse(NO_WEBHOOK)
  async remove(@Param('teamId') teamId: string, @Param('id') id: string): Promise<void> {
    if (!(await this.webhooks.remove(teamId, webhookIdIn(id)))) throw notFound('The webhook');
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @TeamAccess('write')
  @RateLimit('webhooks')
  @ApiOperation({ summary: 'Makes new keys; requests carry the signatures of the old ones as well for 24 hours, unless they are revoked' })
  @ApiBody({ schema: jsonSchema(webhookRotation, 'input') })
  @ApiResponse({ status: 200, schema: jsonSchema(webhookWithSecret) })
  @ApiResponse(NO_WEBHOOK)
  async rotate(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Body(new ZodPipe(webhookRotation)) { revokeOld }: WebhookRotation,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookWithSecret> {
    return found(await this.webhooks.rotate(teamId, webhookIdIn(id), revokeOld, await this.adminOf(caller)));
  }

  @Post(':id/switch-on')
  @HttpCode(200)
  @TeamAccess('write')
  @RateLimit('webhooks')
  @ApiOperation({ summary: 'Switches a webhook on again; the messages that it missed are sent only on request' })
  @ApiResponse({ status: 200, schema: jsonSchema(webhookView) })
  @ApiResponse(NO_WEBHOOK)
  async switchOn(@Param('teamId') teamId: string, @Param('id') id: string, @CurrentCaller() caller: Caller): Promise<WebhookView> {
    return found(await this.webhooks.switchOn(teamId, webhookIdIn(id), await this.adminOf(caller)));
  }

  @Post(':id/test')
  @HttpCode(202)
  @TeamAccess('write')
  @RateLimit('webhooks')
  @ApiOperation({ summary: 'Sends the event `webhook.test`; the log shows the result' })
  @ApiResponse({ status: 202, schema: jsonSchema(webhookMessageView) })
  @ApiResponse(NO_WEBHOOK)
  @ApiResponse(IS_OFF)
  async test(@Param('teamId') teamId: string, @Param('id') id: string): Promise<WebhookMessageView> {
    return whileOn(await this.log.test({ teamId, webhookId: webhookIdIn(id) }));
  }

  @Get(':id/messages')
  @TeamAccess('write')
  @RateLimit('lists')
  @ApiOperation({ summary: 'What was sent to a webhook, newest first, with each try and its answer' })
  @ApiQuery({ name: 'limit', required: false, schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 } })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiQuery({ name: 'status', required: false, schema: jsonSchema(webhookLogQuery.shape.status) })
  @ApiResponse({ status: 200, schema: jsonSchema(page(webhookMessageView)) })
  @ApiResponse(NO_WEBHOOK)
  async messages(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Query(new ZodPipe(webhookLogQuery)) { limit, cursor, status }: z.output<typeof webhookLogQuery>,
  ): Promise<Page<WebhookMessageView>> {
    const before = decodeCursor(position, cursor);
    const rows = found(await this.log.list({ teamId, webhookId: webhookIdIn(id) }, { status, before, limit: limit + 1 }));
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1) : undefined;
    return { items, nextCursor: last === undefined ? null : encodeCursor({ at: last.at, id: last.id }) };
  }

  @Post(':id/messages/:messageId/replay')
  @HttpCode(202)
  @TeamAccess('write')
  @RateLimit('webhooks')
  @ApiOperation({ summary: 'Sends a message again, with the same `webhook-id`' })
  @ApiResponse({ status: 202, schema: jsonSchema(webhookMessageView) })
  @ApiResponse({ status: 404, description: 'There is no such message' })
  @ApiResponse(IS_OFF)
  async replay(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Param('messageId') messageId: string,
  ): Promise<WebhookMessageView> {
    if (!z.uuid().safeParse(messageId).success) throw notFound('The message');
    return whileOn(await this.log.replay({ teamId, webhookId: webhookIdIn(id) }, messageId), 'The message');
  }

  @Post(':id/replay')
  @HttpCode(202)
  @TeamAccess('write')
  @RateLimit('webhooks')
  @ApiOperation({ summary: 'Sends again what happened in a period and did not arrive, or with `delivered` all of it' })
  @ApiBody({ schema: jsonSchema(webhookReplay, 'input') })
  @ApiResponse({ status: 202, schema: jsonSchema(webhookReplayed) })
  @ApiResponse(NO_WEBHOOK)
  @ApiResponse(IS_OFF)
  async replayPeriod(
    @Param('teamId') teamId: string,
    @Param('id') id: string,
    @Body(new ZodPipe(webhookReplay)) period: WebhookReplay,
  ): Promise<z.infer<typeof webhookReplayed>> {
    return { count: whileOn(await this.log.replayPeriod({ teamId, webhookId: webhookIdIn(id) }, period)) };
  }

  /** Each request checks the address again; this check shows mistakes at once. */
  private async check(url: string): Promise<void> {
    try {
      await pinnedLookup(new URL(url), this.policy);
    } catch (error) {
      const isForbidden = error instanceof ForbiddenAddressError;
      if (!isForbidden && !(error instanceof UnreachedHostError)) throw error;
      const message = isForbidden
        ? 'must be reached by https:// on port 443'
        : 'leads to no public server that can be reached from here: check the address';
      throw invalidInput([{ pointer: '/url', message }]);
    }
  }

  /** Returns the user to alert when the webhook is switched off, or `null` for a service, because there is nobody to alert. */
  private async adminOf(caller: Caller): Promise<string | null> {
    if (caller.isService) return null;
    await this.contacts.learnMember(caller);
    return caller.userId;
  }
}

function webhookIdIn(id: string): string {
  if (!z.uuid().safeParse(id).success) throw notFound('The webhook');
  return id;
}

function found<T>(value: T | null, what = 'The webhook'): T {
  if (value === null) throw notFound(what);
  return value;
}

function whileOn<T>(value: T | 'off' | null, what?: string): T {
  if (value === 'off') throw new ProblemException(409, 'webhook-off', 'The webhook is switched off. Switch it on first.');
  return found(value, what);
}
