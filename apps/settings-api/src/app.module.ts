import { type DynamicModule, Module } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory } from '@nestjs/microservices';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CredentialBox,
  dataSourceOptions,
  HealthController,
  type Logger,
  MetricsController,
  READINESS_CHECKS,
  type ReadinessChecks,
  redisTransport,
} from '@billing-mail/platform';
import { type NetworkPolicy } from '@billing-mail/smtp-client';
import { type Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { ConsoleModule } from './console/console.module.js';
import { EmailDeliveryController } from './email-delivery/email-delivery.controller.js';
import { EmailDeliveryService } from './email-delivery/email-delivery.service.js';
import { EmailDeliveryStore } from './email-delivery/email-delivery.store.js';
import { SettingsChangedPublisher } from './responder/settings-changed.publisher.js';
import { SettingsResponder } from './responder/settings.responder.js';
import { settingsSchema } from './settings-schema.js';
import { LOGGER, NETWORK_POLICY, REDIS_CLIENT } from './settings-tokens.js';
import { type SettingsEnvironment } from './settings.env.js';

@Module({})
export class AppModule {
  static with(env: SettingsEnvironment, logger: Logger): DynamicModule {
    const policy: NetworkPolicy = { allowedNetworks: env.SMTP_ALLOWED_NETWORKS, allowedPorts: env.SMTP_ALLOWED_PORTS };
    const database = dataSourceOptions(env.DATABASE_URL, settingsSchema, { applicationName: 'settings-api' });
    return {
      module: AppModule,
      // A database that is still starting is waited for, but not for long: who starts us sees why and starts us again.
      imports: [TypeOrmModule.forRoot({ ...database, retryAttempts: 5, retryDelay: 1000 }), ConsoleModule.with(env)],
      controllers: [EmailDeliveryController, SettingsResponder, HealthController, MetricsController],
      providers: [
        EmailDeliveryService,
        EmailDeliveryStore,
        SettingsChangedPublisher,
        { provide: LOGGER, useValue: logger },
        { provide: NETWORK_POLICY, useValue: policy },
        { provide: CredentialBox, useValue: new CredentialBox(env.SECRET_KEYS) },
        { provide: REDIS_CLIENT, useFactory: () => ClientProxyFactory.create(redisTransport(env.REDIS_URL)) },
        { provide: READINESS_CHECKS, useFactory: readinessChecks, inject: [DataSource, REDIS_CLIENT] },
      ],
    };
  }
}

const readinessChecks = (database: DataSource, redis: ClientProxy): ReadinessChecks => ({
  database: () => database.query('SELECT 1'),
  redis: () => redis.unwrap<[Redis, Redis]>()[0].ping(),
});
