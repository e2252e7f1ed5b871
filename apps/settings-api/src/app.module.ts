// Root module of settings-api: its controllers and providers, and the values that are made from the environment.
import { readFileSync } from 'node:fs';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CredentialBox,
  dataSourceOptions,
  HealthController,
  LimitingModule,
  type Logger,
  MetricsController,
  READINESS_CHECKS,
  type ReadinessChecks,
  RedisHealth,
  RedisModule,
  SQL_PROVIDER,
  tellForbiddenHosts,
  tellMovedSeals,
  transportClient,
} from '@billing-mail/platform';
import { clientNameFor, type NetworkPolicy } from '@billing-mail/smtp-client';
import { DataSource } from 'typeorm';
import { ConsoleModule } from './console/console.module.js';
import { CertificateController } from './certificate/certificate.controller.js';
import { CertificateService } from './certificate/certificate.service.js';
import { EmailDeliveryController } from './email-delivery/email-delivery.controller.js';
import { EmailDeliveryService } from './email-delivery/email-delivery.service.js';
import { EmailDeliveryStore } from './email-delivery/email-delivery.store.js';
import { platformNames } from './email-delivery/name-errors.js';
import { AccessTokens } from './mail-connections/access-tokens.js';
import { CallbackController } from './mail-connections/callback.controller.js';
import { AppSignIn } from './mail-connections/app-sign-in.js';
import { ConnectedMailbox } from './mail-connections/connected-mailbox.js';
import { PersonSignIn } from './mail-connections/person-sign-in.js';
import { RequestedApp } from './mail-connections/requested-app.js';
import { MailConnectionsController } from './mail-connections/mail-connections.controller.js';
import { MailConnectionsStore } from './mail-connections/mail-connections.store.js';
import { PlatformApps } from './mail-connections/platform-apps.js';
import { ProviderClient } from './mail-connections/provider-client.js';
import { SettingsChangedPublisher } from './responder/settings-changed.publisher.js';
import { SettingsResponder } from './responder/settings.responder.js';
import { TokenResponder } from './responder/token.responder.js';
import { settingsSchema } from './settings.schema.js';
import {
  LOGGER,
  NETWORK_POLICY,
  PLATFORM_APPS,
  PLATFORM_NAMES,
  PROBE_OPTIONS,
  PROVIDER_POLICY,
  REDIRECT_URL,
  REDIS_CLIENT,
} from './settings.tokens.js';
import { type SettingsEnv } from './settings.env.js';
import { SignInWaits } from './smtp-account/sign-in-waits.js';
import { SmtpTestController } from './smtp-account/smtp-test.controller.js';
import { type ProbeOptions, SmtpTestService } from './smtp-account/smtp-test.service.js';

// A person waits for the test, so it must end before a proxy gives up waiting, and within the time that a shutdown may take.
const PROBE_MS = { totalMs: 25_000, connectMs: 10_000, replyMs: 15_000, finalReplyMs: 20_000 };

const CONTROLLERS = [
  ...[EmailDeliveryController, CertificateController, SmtpTestController, MailConnectionsController, CallbackController],
  ...[SettingsResponder, TokenResponder, HealthController, MetricsController],
];

const PROVIDERS: Provider[] = [
  ...[EmailDeliveryService, EmailDeliveryStore, SettingsChangedPublisher, CertificateService, SignInWaits, SmtpTestService],
  ...[MailConnectionsStore, ProviderClient, RequestedApp, ConnectedMailbox, PersonSignIn, AppSignIn, AccessTokens],
];

@Module({})
export class AppModule {
  static with(env: SettingsEnv, logger: Logger): DynamicModule {
    const database = dataSourceOptions(env.DATABASE_URL, settingsSchema, {
      applicationName: 'settings-api',
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT,
    });
    return {
      module: AppModule,
      // Waits only briefly for a database that is still starting. After that the start fails, and whoever starts the service sees why.
      imports: [
        TypeOrmModule.forRoot({ ...database, retryAttempts: 5, retryDelay: 1000 }),
        ConsoleModule.with(env),
        RedisModule.with(env, logger),
        LimitingModule.with(env, logger),
      ],
      controllers: CONTROLLERS,
      providers: [...configured(env, logger), ...PROVIDERS],
    };
  }
}

/** Returns the providers that are made from the environment. */
function configured(env: SettingsEnv, logger: Logger): Provider[] {
  const onForbidden = tellForbiddenHosts(logger);
  const policy: NetworkPolicy = { allowedNetworks: env.SMTP_ALLOWED_NETWORKS, allowedPorts: env.SMTP_ALLOWED_PORTS, onForbidden };
  return [
    { provide: LOGGER, useValue: logger },
    { provide: PLATFORM_NAMES, useValue: platformNames(env.PLATFORM_FROM_ADDRESS) },
    { provide: PLATFORM_APPS, useValue: new PlatformApps(env) },
    { provide: REDIRECT_URL, useValue: redirectUrl(env) },
    { provide: NETWORK_POLICY, useValue: policy },
    { provide: PROVIDER_POLICY, useValue: { allowedNetworks: env.OAUTH_ALLOWED_NETWORKS, onForbidden } },
    { provide: PROBE_OPTIONS, useValue: probeOptions(env, policy) },
    { provide: CredentialBox, useValue: new CredentialBox(env.SECRET_KEYS, 'SECRET_KEYS', tellMovedSeals(logger)) },
    SQL_PROVIDER,
    { provide: REDIS_CLIENT, useFactory: () => transportClient(env) },
    { provide: READINESS_CHECKS, useFactory: readinessChecks, inject: [DataSource, RedisHealth] },
  ];
}

// Without Redis the service is ready, because it can still read and save settings. With a Redis that refuses commands, such as a replica,
// it is not.
const readinessChecks = (database: DataSource, redis: RedisHealth): ReadinessChecks => ({
  database: () => database.query('SELECT 1'),
  redis: () => redis.check(),
});

// This service delivers the web page, so providers send browsers back to the page's address.
const redirectUrl = ({ CONSOLE_URL, SETTINGS_API_PORT }: SettingsEnv): string =>
  `${(CONSOLE_URL ?? `http://127.0.0.1:${SETTINGS_API_PORT}`).replace(/\/+$/, '')}/v1/mail-connections/callback`;

function probeOptions(env: SettingsEnv, policy: NetworkPolicy): ProbeOptions {
  return {
    policy,
    totalMs: PROBE_MS.totalMs,
    timeouts: {
      connectMs: Math.min(env.SMTP_CONNECT_TIMEOUT, PROBE_MS.connectMs),
      replyMs: Math.min(env.SMTP_REPLY_TIMEOUT, PROBE_MS.replyMs),
      finalReplyMs: Math.min(env.SMTP_FINAL_REPLY_TIMEOUT, PROBE_MS.finalReplyMs),
    },
    clientName: clientNameFor(env.SMTP_CLIENT_NAME).name,
    caPem: env.SMTP_CA_FILE === undefined ? undefined : readFileSync(env.SMTP_CA_FILE, 'utf8'),
  };
}
