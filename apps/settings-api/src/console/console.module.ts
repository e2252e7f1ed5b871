import { type DynamicModule, type MiddlewareConsumer, Inject, Module, type NestModule } from '@nestjs/common';
import { PlatformApps } from '../mail-connections/platform-apps.js';
import { type SettingsEnv } from '../settings.env.js';
import { type ConsoleConfig } from './console-page.js';
import { serveConsole } from './console.middleware.js';

const CONSOLE_CONFIG = Symbol('CONSOLE_CONFIG');

@Module({})
export class ConsoleModule implements NestModule {
  constructor(@Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig) {}

  static with(env: SettingsEnv): DynamicModule {
    const config: ConsoleConfig = {
      mailDispatcherUrl: env.MAIL_DISPATCHER_PUBLIC_URL,
      notificationServiceUrl: env.NOTIFICATION_SERVICE_PUBLIC_URL,
      platformFromAddress: env.PLATFORM_FROM_ADDRESS ?? null,
      connectableProviders: new PlatformApps(env).offered(),
    };
    return { module: ConsoleModule, providers: [{ provide: CONSOLE_CONFIG, useValue: config }] };
  }

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(serveConsole(this.config)).forRoutes('{*path}');
  }
}
