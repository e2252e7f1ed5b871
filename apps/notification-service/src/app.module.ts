// Root module of notification-service: its controllers and providers, and the values that are made from the environment.
import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OUTCOMES_QUEUE } from '@billing-mail/contracts';
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
  SQL_PROVIDER,
  tellForbiddenHosts,
  tellMovedSeals,
} from '@billing-mail/platform';
import type { Queue } from 'bull';
import { DataSource } from 'typeorm';
import { AlertStore } from './alerts/alert.store.js';
import { InboxController } from './alerts/inbox.controller.js';
import { InboxStore } from './alerts/inbox.store.js';
import { RaiseAlerts } from './alerts/raise-alerts.js';
import { StreamController } from './alerts/stream.controller.js';
import { StreamsService } from './alerts/streams.service.js';
import { channelProviders } from './channels/channels.js';
import { WebhooksController } from './channels/webhook/webhooks.controller.js';
import { expiriesOf } from './keeping/expiries.js';
import { NOTIFICATION_ENV, type NotificationEnv } from './notification.env.js';
import { LOGGER, WEBHOOK_POLICY } from './notification.tokens.js';
import { notifySchema } from './notify.schema.js';
import { OutcomeProcessor } from './outcome-intake/outcome.processor.js';
import { OutcomeStore } from './outcome-intake/outcome.store.js';
import { RecordOutcomes } from './outcome-intake/record-outcomes.js';
import { ConfirmAddress } from './preferences/confirm-address.js';
import { ConfirmationStore } from './preferences/confirmation.store.js';
import { ContactStore } from './preferences/contact.store.js';
import { PeopleController } from './people/people.controller.js';
import { PeopleStore } from './people/people.store.js';
import { PreferencesController } from './preferences/preferences.controller.js';
import { PreferencesStore } from './preferences/preferences.store.js';
import { TeamAlertAddressController } from './preferences/team-alert-address.controller.js';
import { TeamAlertAddressStore } from './preferences/team-alert-address.store.js';

const CONTROLLERS = [
  StreamController,
  InboxController,
  PreferencesController,
  TeamAlertAddressController,
  PeopleController,
  WebhooksController,
  HealthController,
  MetricsController,
];

const PROVIDERS: Provider[] = [
  OutcomeProcessor,
  RecordOutcomes,
  OutcomeStore,
  ConfirmAddress,
  ConfirmationStore,
  ContactStore,
  PreferencesStore,
  PeopleStore,
  TeamAlertAddressStore,
  AlertStore,
  RaiseAlerts,
  InboxStore,
  StreamsService,
  ...channelProviders,
];

@Module({})
export class AppModule {
  static with(env: NotificationEnv, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions(env.DATABASE_URL, notifySchema, {
            applicationName: 'notification-service',
            connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT,
          }),
          // If the database is unavailable, the start fails, and whoever supervises the service starts it again.
          retryAttempts: 0,
        }),
        RedisModule.with(env, logger),
        LimitingModule.with(env, logger),
        BullModule.forRoot(bullOptions(env)),
        BullModule.registerQueue({ name: OUTCOMES_QUEUE }),
      ],
      controllers: CONTROLLERS,
      providers: [...configured(env, logger), ...PROVIDERS],
    };
  }
}

/** Returns the providers that are made from the environment. */
const configured = (env: NotificationEnv, logger: Logger): Provider[] => [
  { provide: NOTIFICATION_ENV, useValue: env },
  { provide: LOGGER, useValue: logger },
  SQL_PROVIDER,
  { provide: WEBHOOK_POLICY, useValue: { allowedNetworks: env.WEBHOOK_ALLOWED_NETWORKS, onForbidden: tellForbiddenHosts(logger) } },
  {
    provide: CredentialBox,
    useValue: new CredentialBox(env.NOTIFICATION_SECRET_KEYS, 'NOTIFICATION_SECRET_KEYS', tellMovedSeals(logger)),
  },
  {
    provide: ExpireRows,
    useFactory: (database: DataSource) => new ExpireRows(database, logger, expiriesOf(env)),
    inject: [DataSource],
  },
  {
    provide: READINESS_CHECKS,
    useFactory: (database: DataSource, queue: Queue, redis: RedisHealth): ReadinessChecks => ({
      database: () => database.query('SELECT 1'),
      redis: () => Promise.all([queue.client.ping(), redis.check()]),
    }),
    inject: [DataSource, getQueueToken(OUTCOMES_QUEUE), RedisHealth],
  },
];
