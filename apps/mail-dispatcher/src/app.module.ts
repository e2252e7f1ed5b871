import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Module, Inject, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory } from '@nestjs/microservices';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DISPATCH_QUEUE, OUTCOMES_QUEUE } from '@billing-mail/contracts';
import {
  bullOptions,
  CredentialBox,
  dataSourceOptions,
  HealthController,
  type Logger,
  MetricsController,
  READINESS_CHECKS,
  type ReadinessChecks,
  redisTransport,
  within,
} from '@billing-mail/platform';
import { defaultClientName, platformServer, type SessionOptions } from '@billing-mail/smtp-client';
import { readFileSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { MessageCleaner } from './composing/message-cleaner.js';
import { Composer } from './composing/composer.js';
import { CancelDelivery } from './deliveries-api/cancel-delivery.js';
import { DeliveriesController } from './deliveries-api/deliveries.controller.js';
import { DeliveriesStore } from './deliveries-api/deliveries.store.js';
import { ResendDelivery } from './deliveries-api/resend-delivery.js';
import { StatisticsStore } from './deliveries-api/statistics.store.js';
import { Bookkeeping } from './delivery/bookkeeping.js';
import { ClaimsStore } from './delivery/claims.store.js';
import { CompositionStore } from './delivery/composition.store.js';
import { Deliver } from './delivery/deliver.js';
import { DeliveryRunner } from './delivery/delivery-runner.js';
import { LaneHealth } from './delivery/lane-health.js';
import { HastenWaiting } from './delivery/hasten-waiting.js';
import { ResultJournal } from './delivery/result-journal.js';
import { TriesStore } from './delivery/tries.store.js';
import { dispatchSchema } from './dispatch.schema.js';
import { DISPATCHER_ENV, type DispatcherEnv } from './dispatcher.env.js';
import { DOCUMENT_STORE, EXTRA_AUTHORITIES, LOGGER, PLATFORM_SERVER, SMTP_SESSION } from './dispatcher.tokens.js';
import { type DocumentStore, openDocumentStore } from './gathering/document-store.js';
import { SettingsChangedController } from './gathering/settings-changed.controller.js';
import { SettingsClient, TRANSPORT_CLIENT } from './gathering/settings.client.js';
import { loadSigningKey, SigningKey } from './gathering/signing-key.js';
import { AcceptDocument } from './intake/accept-document.js';
import { DispatchProcessor } from './intake/dispatch.processor.js';
import { FairTurns } from './intake/fair-turns.js';
import { IntakeStore } from './intake/intake.store.js';
import { RejectJob } from './intake/reject-job.js';
import { Announcer } from './outcome/announcer.js';
import { OutboxStore } from './outcome/outbox.store.js';
import { OutcomeRelay } from './outcome/outcome-relay.js';

const CLOSE_MS = 2000;

@Module({})
export class AppModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(TRANSPORT_CLIENT) private readonly transport: ClientProxy) {}

  static with(env: DispatcherEnv, logger: Logger): DynamicModule {
    // Each delivery under way holds a connection for a moment only; the rest is for intake, relay and HTTP.
    const database = dataSourceOptions(env.DATABASE_URL, dispatchSchema, {
      applicationName: 'mail-dispatcher',
      poolSize: Math.min(env.DISPATCH_CONCURRENCY, 16) + 8,
    });
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({ ...database, retryAttempts: 5, retryDelay: 1000 }),
        BullModule.forRoot(bullOptions(env.REDIS_URL)),
        BullModule.registerQueue({ name: DISPATCH_QUEUE }, { name: OUTCOMES_QUEUE }),
      ],
      controllers: [DeliveriesController, SettingsChangedController, HealthController, MetricsController],
      providers: [
        { provide: DISPATCHER_ENV, useValue: env },
        { provide: LOGGER, useValue: logger },
        { provide: DOCUMENT_STORE, useValue: openDocumentStore(env.DOCUMENT_STORE_URL) },
        {
          provide: PLATFORM_SERVER,
          useFactory: () =>
            platformServer(env.PLATFORM_SMTP_URL, env.PLATFORM_SMTP_CA_FILE && readFileSync(env.PLATFORM_SMTP_CA_FILE, 'utf8')),
        },
        { provide: EXTRA_AUTHORITIES, useFactory: () => (env.SMTP_CA_FILE ? readFileSync(env.SMTP_CA_FILE, 'utf8') : null) },
        { provide: SMTP_SESSION, useValue: sessionOptions(env) },
        { provide: SigningKey, useValue: loadSigningKey(env) },
        { provide: CredentialBox, useValue: new CredentialBox(env.SECRET_KEYS) },
        { provide: TRANSPORT_CLIENT, useFactory: () => ClientProxyFactory.create(redisTransport(env.REDIS_URL)) },
        { provide: READINESS_CHECKS, useFactory: readinessChecks, inject: [DataSource, DOCUMENT_STORE] },
        ...[
          SettingsClient,
          Composer,
          MessageCleaner,
          ClaimsStore,
          CompositionStore,
          TriesStore,
          ResultJournal,
          Bookkeeping,
          Deliver,
          DeliveryRunner,
          LaneHealth,
          HastenWaiting,
        ],
        ...[IntakeStore, RejectJob, AcceptDocument, FairTurns, DispatchProcessor, OutboxStore, OutcomeRelay, Announcer],
        ...[DeliveriesStore, StatisticsStore, ResendDelivery, CancelDelivery],
      ],
    };
  }

  // An emit on a client that was never connected can hang at the end (Nest Redis transport), so it is connected at the start.
  async onApplicationBootstrap(): Promise<void> {
    await this.transport.connect();
  }

  // Nest closes only the clients of its own ClientsModule; while Redis is frozen its QUIT would wait for ever.
  async onApplicationShutdown(): Promise<void> {
    await within(CLOSE_MS, Promise.resolve(this.transport.close()));
  }
}

const sessionOptions = (env: DispatcherEnv): SessionOptions => ({
  policy: { allowedNetworks: env.SMTP_ALLOWED_NETWORKS, allowedPorts: env.SMTP_ALLOWED_PORTS },
  timeouts: { connectMs: env.SMTP_CONNECT_TIMEOUT, replyMs: env.SMTP_REPLY_TIMEOUT, finalReplyMs: env.SMTP_FINAL_REPLY_TIMEOUT },
  clientName: env.SMTP_CLIENT_NAME ?? defaultClientName(),
});

// Without Redis what is in PostgreSQL goes on being sent, so Redis is no condition for being ready.
const readinessChecks = (database: DataSource, documents: DocumentStore): ReadinessChecks => ({
  database: () => database.query('SELECT 1'),
  documents: () => documents.check(),
});
