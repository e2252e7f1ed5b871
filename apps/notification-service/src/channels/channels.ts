import { type Provider } from '@nestjs/common';
import { CHANNELS, type Channel } from './channel.js';
import { EmailOutboxStore } from './email/email-outbox.store.js';
import { EmailSenderService } from './email/email-sender.service.js';
import { EmailChannel } from './email/email.channel.js';
import { PlatformMailClient } from './email/platform-mail.client.js';
import { InboxChannel } from './inbox.channel.js';
import { WebhookLogStore } from './webhook/webhook-log.store.js';
import { WebhookOutboxStore } from './webhook/webhook-outbox.store.js';
import { WebhookSenderService } from './webhook/webhook-sender.service.js';
import { WebhookChannel } from './webhook/webhook.channel.js';
import { WebhooksStore } from './webhook/webhooks.store.js';

/**
 * All channels. To add one, write a file in this folder and name it here. The inbox is last, because it makes other transactions wait until
 * the commit.
 */
const ALL = [WebhookChannel, EmailChannel, InboxChannel];

/** Services that send, after the commit, what the channels have recorded. */
const SENDERS = [
  ...[EmailOutboxStore, EmailSenderService, PlatformMailClient],
  ...[WebhooksStore, WebhookLogStore, WebhookOutboxStore, WebhookSenderService],
];

export const channelProviders: Provider[] = [
  ...ALL,
  { provide: CHANNELS, useFactory: (...channels: Channel[]) => channels, inject: ALL },
  ...SENDERS,
];
