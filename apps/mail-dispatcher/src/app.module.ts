// The root module of mail-dispatcher: its controllers, its providers, and the providers that are built from the environment.
import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { type ClientProxy } from '@nestjs/microservices';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DISPATCH_QUEUE, OUTCOMES_QUEUE } from '@billing-mail/contracts';
import {
  bullOptions,
  CredentialBox,
  dataSourceOptions,
  ExpireRows,
  HealthController,
  LimitingModule,
  type Logger,
  MetricsController,
  READINESS_CHECKS,
  type ReadinessChecks,
  RedisHealth,
  RedisModule,
  Sql,
  SQL_PROVIDER,
  tellForbiddenHosts,
  tellMovedSeals,
  transportClient,
  within,
} from '@billing-mail/platform';
import { type PaceWindows } from '@billing-mail/mail-core';
import { clientNameFor, platformServer, SessionKeeper, type SessionOptions } from '@billing-mail/smtp-client';
import { readFileSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { ApplyOpenReports } from './bounces/apply-open-reports.js';
import { BounceListener } from './bounces/bounce-listener.js';
import { BouncedAddressesController } from './bounces/bounced-addresses.controller.js';
import { BouncedAddressesStore } from './bounces/bounced-addresses.store.js';
import { BouncesController } from './bounces/bounces.controller.js';
import { DeadAddresses } from './bounces/dead-addresses.js';
import { ReportsStore } from './bounces/reports.store.js';
import { TakeReport } from './bounces/take-report.js';
import { ClaimsStore } from './claiming/claims.store.js';
import { DeliveryRunner } from './claiming/delivery-runner.js';
import { HastenWaiting } from './claiming/hasten-waiting.js';
import { LaneHealth } from './claiming/lane-health.js';
import { IncidentWatch } from './claiming/incident-watch.js';
import { LaneTroubles } from './claiming/lane-troubles.js';
import { Rehearsal } from './claiming/rehearsal.js';
import { RunAlone } from './claiming/run-alone.js';
import { SettingsChangedController } from './claiming/settings-changed.controller.js';
import { WorkOnDelivery } from './claiming/work-on-delivery.js';
import { DISPATCHER_CONNECTIONS, dispatchSchema } from './dispatch.schema.js';
import { DISPATCHER_ENV, type DispatcherEnv } from './dispatcher.env.js';
import { DOCUMENT_STORE, EXTRA_AUTHORITIES, LOGGER, PACE_WINDOWS, PLATFORM_SERVER, SMTP_SESSION } from './dispatcher.tokens.js';
import { BlobCollector } from './documents/blob-collector.js';
import { type DocumentStore } from './documents/document-store.js';
import { measured } from './documents/measured-document-store.js';
import { MemoryBudget } from './documents/memory-budget.js';
import { KnownDocumentStore } from './documents/known-document-store.js';
import { openDocumentStore } from './documents/open-document-store.js';
import { SettingsClient, TRANSPORT_CLIENT } from './documents/settings.client.js';
import { TokenClient } from './documents/token.client.js';
import { loadSigningKey, SigningKey } from './documents/signing-key.js';
import { TeamKeys } from './documents/team-keys.js';
import { AcceptDocument } from './intake/accept-document.js';
import { AcceptUpload } from './intake/accept-upload.js';
import { DispatchProcessor } from './intake/dispatch.processor.js';
import { FairTurns } from './intake/fair-turns.js';
import { GivenUpJobs } from './intake/given-up-jobs.js';
import { RejectedJobsStore } from './intake/rejected-jobs.store.js';
import { RejectJob } from './intake/reject-job.js';
import { TakeDocuments } from './intake/take-documents.js';
import { CancelDelivery } from './log/cancel-delivery.js';
import { DeliveriesController } from './log/deliveries.controller.js';
import { DeliveryStepsController } from './log/delivery-steps.controller.js';
import { expiriesOf } from './keeping/expiries.js';
import { DeliveriesStore } from './log/deliveries.store.js';
import { Forecast } from './log/forecast.js';
import { ForecastController } from './log/forecast.controller.js';
import { MarkReceived } from './log/mark-received.js';
import { MoveDelivery } from './log/move-delivery.js';
import { ResendDelivery } from './log/resend-delivery.js';
import { RunReportController } from './log/run-report.controller.js';
import { RunReportStore } from './log/run-report.store.js';
import { SentMessages } from './log/sent-messages.js';
import { SentMessagesController } from './log/sent-messages.controller.js';
import { StatisticsStore } from './log/statistics.store.js';
import { AccountNamingKeyStore } from './records/account-naming-key.store.js';
import { BlobsStore } from './records/blobs.store.js';
import { DeliveryRecords } from './records/delivery-records.js';
import { PacedLanesStore } from './records/paced-lanes.store.js';
import { IncidentsController } from './log/incidents.controller.js';
import { IncidentsStore } from './records/incidents.store.js';
import { OutboxStore } from './records/outbox.store.js';
import { ReturnPaths } from './records/return-paths.js';
import { StoreIdentityStore } from './records/store-identity.store.js';
import { TroublesStore } from './records/troubles.store.js';
import { Announcer } from './settling/announcer.js';
import { BacklogWatch } from './settling/backlog-watch.js';
import { CertificateWatch } from './settling/certificate-watch.js';
import { OutcomeRelay } from './settling/outcome-relay.js';
import { TeamCertificateWatch } from './settling/team-certificate-watch.js';
import { ResultJournal } from './settling/result-journal.js';
import { SettlementStore } from './settling/settlement.store.js';
import { Settling } from './settling/settling.js';
import { Composer } from './trying/composer.js';
import { DangerousSteps } from './trying/dangerous-steps.js';
import { Messages } from './trying/messages.js';
import { PacedLanes } from './trying/paced-lanes.js';
import { SendingAccounts } from './trying/sending-accounts.js';
import { TryDelivery } from './trying/try-delivery.js';

const CONNECT_MS = 3000;
const CLOSE_MS = 2000;

const CONTROLLERS = [
  BouncesController,
  BouncedAddressesController,
  RunReportController,
  ForecastController,
  IncidentsController,
  DeliveriesController,
  DeliveryStepsController,
  SentMessagesController,
  SettingsChangedController,
  HealthController,
  MetricsController,
];

/** In the order in which a delivery passes through them. */
const PROVIDERS: Provider[] = [
  ...[TakeDocuments, RejectedJobsStore, RejectJob, AcceptDocument, AcceptUpload, FairTurns, DispatchProcessor, GivenUpJobs],
  ...[ClaimsStore, LaneHealth, LaneTroubles, IncidentWatch, Rehearsal, RunAlone, WorkOnDelivery, DeliveryRunner, HastenWaiting],
  ...[SettingsClient, TokenClient, TeamKeys, Composer, Messages, DangerousSteps, SendingAccounts, PacedLanes, TryDelivery],
  ...[SettlementStore, ResultJournal, Settling, OutcomeRelay, Announcer, CertificateWatch, TeamCertificateWatch, BacklogWatch],
  ...[
    AccountNamingKeyStore,
    PacedLanesStore,
    DeliveryRecords,
    OutboxStore,
    TroublesStore,
    IncidentsStore,
    ReturnPaths,
    BlobsStore,
    BlobCollector,
  ],
  ...[ReportsStore, BouncedAddressesStore, TakeReport, ApplyOpenReports, BounceListener, DeadAddresses],
  ...[DeliveriesStore, StatisticsStore, RunReportStore, Forecast, ResendDelivery, CancelDelivery, MoveDelivery, MarkReceived, SentMessages],
];

@Module({})
export class AppModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(TRANSPORT_CLIENT) private readonly transport: ClientProxy,
    private readonly sessions: SessionKeeper,
  ) {}

  static with(env: DispatcherEnv, logger: Logger, windows: PaceWindows): DynamicModule {
    const database = dataSourceOptions(env.DATABASE_URL, dispatchSchema, {
      applicationName: 'mail-dispatcher',
      poolSize: DISPATCHER_CONNECTIONS,
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT,
    });
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({ ...database, retryAttempts: 5, retryDelay: 1000 }),
        RedisModule.with(env, logger),
        LimitingModule.with(env, logger),
        BullModule.forRoot(bullOptions(env)),
        BullModule.registerQueue({ name: DISPATCH_QUEUE }, { name: OUTCOMES_QUEUE }),
      ],
      controllers: CONTROLLERS,
      providers: [...configured(env, logger, windows), ...PROVIDERS],
    };
  }

  // Waits for at most `CONNECT_MS`: the dispatcher works without Redis, and connects once Redis is there.
  async onApplicationBootstrap(): Promise<void> {
    await within(CONNECT_MS, this.transport.connect());
  }

  // Closes the client itself, because NestJS closes only clients that its `ClientsModule` has created.
  async onApplicationShutdown(): Promise<void> {
    await within(CLOSE_MS, Promise.all([this.transport.close(), this.sessions.close()]));
  }
}

/** The providers that are built from the environment. */
const configured = (env: DispatcherEnv, logger: Logger, windows: PaceWindows): Provider[] => [
  { provide: DISPATCHER_ENV, useValue: env },
  { provide: LOGGER, useValue: logger },
  SQL_PROVIDER,
  { provide: PACE_WINDOWS, useValue: windows },
  {
    provide: KnownDocumentStore,
    useFactory: (sql: Sql) =>
      new KnownDocumentStore(measured(openDocumentStore(env.DOCUMENT_STORE_URL)), new StoreIdentityStore(sql), logger),
    inject: [Sql],
  },
  { provide: DOCUMENT_STORE, useExisting: KnownDocumentStore },
  {
    provide: PLATFORM_SERVER,
    useFactory: () => platformServer(env.PLATFORM_SMTP_URL, env.PLATFORM_SMTP_CA_FILE && readFileSync(env.PLATFORM_SMTP_CA_FILE, 'utf8')),
  },
  { provide: EXTRA_AUTHORITIES, useFactory: () => (env.SMTP_CA_FILE ? readFileSync(env.SMTP_CA_FILE, 'utf8') : null) },
  { provide: SMTP_SESSION, useValue: sessionOptions(env, logger) },
  { provide: SigningKey, useValue: loadSigningKey(env) },
  { provide: CredentialBox, useValue: new CredentialBox(env.SECRET_KEYS, 'SECRET_KEYS', tellMovedSeals(logger)) },
  { provide: TRANSPORT_CLIENT, useFactory: () => transportClient(env) },
  { provide: READINESS_CHECKS, useFactory: readinessChecks, inject: [DataSource, DOCUMENT_STORE, ResultJournal, RedisHealth] },
  {
    provide: ExpireRows,
    useFactory: (database: DataSource) => new ExpireRows(database, logger, expiriesOf(env)),
    inject: [DataSource],
  },
  { provide: MemoryBudget, useValue: new MemoryBudget(env.DISPATCH_MEMORY) },
  {
    provide: SessionKeeper,
    useValue: new SessionKeeper({ idleMs: env.SMTP_SESSION_IDLE, messagesPerSession: env.SMTP_SESSION_MESSAGES }),
  },
];

const sessionOptions = (env: DispatcherEnv, logger: Logger): SessionOptions => ({
  policy: {
    ...{ allowedNetworks: env.SMTP_ALLOWED_NETWORKS, allowedPorts: env.SMTP_ALLOWED_PORTS },
    onForbidden: tellForbiddenHosts(logger),
  },
  timeouts: { connectMs: env.SMTP_CONNECT_TIMEOUT, replyMs: env.SMTP_REPLY_TIMEOUT, finalReplyMs: env.SMTP_FINAL_REPLY_TIMEOUT },
  clientName: clientNameFor(env.SMTP_CLIENT_NAME).name,
});

// The dispatcher is ready without Redis, because it still sends the deliveries that are in PostgreSQL. It is not ready with a Redis that
// refuses commands, such as a replica.
const readinessChecks = (database: DataSource, documents: DocumentStore, journal: ResultJournal, redis: RedisHealth): ReadinessChecks => ({
  database: () => database.query('SELECT 1'),
  documents: () => documents.check(),
  'result-journal': () => journal.check(),
  redis: () => redis.check(),
});
