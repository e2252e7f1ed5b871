// Tells every service that a team's settings have a new version. A listener that misses it sees the change when its cache expires.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ClientProxy } from '@nestjs/microservices';
import { SETTINGS_CHANGED, type SettingsChangedEvent } from '@billing-mail/contracts';
import { type Logger, redisAnswer, within } from '@billing-mail/platform';
import { lastValueFrom } from 'rxjs';
import { LOGGER, REDIS_CLIENT } from '../settings-tokens.js';

// A save waits this long for Redis: enough on a busy day, and no user takes it for a hang.
const ANNOUNCE_MS = 1000;
const CONNECT_MS = 3000;
// All services try Redis again once a second, so a moment after us the listeners are back too; what is said earlier they miss.
const LISTENERS_BACK_MS = 3000;
// Nest's RedisStatus.CONNECTED, a const enum that can't be imported with isolatedModules.
const CONNECTED = 'connected';

@Injectable()
export class SettingsChangedPublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Versions that Redis was not there for, by team. */
  private readonly unheard = new Map<string, number>();

  constructor(
    @Inject(REDIS_CLIENT) private readonly redis: ClientProxy,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Without Redis settings are saved all the same, so it goes on and connects as soon as that is there. */
  async onApplicationBootstrap(): Promise<void> {
    await within(CONNECT_MS, this.redis.connect());
    this.redis.status.subscribe((status) => {
      if (status === CONNECTED) setTimeout(() => void this.announceUnheard(), LISTENERS_BACK_MS).unref();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis.close();
  }

  /** Never fails and never takes long: the settings are saved already. What Redis was away for is said when it is back. */
  async announce(event: SettingsChangedEvent): Promise<void> {
    try {
      const sent = lastValueFrom(this.redis.emit<void>(SETTINGS_CHANGED, event), { defaultValue: undefined });
      await redisAnswer(ANNOUNCE_MS, sent);
    } catch (error) {
      this.unheard.set(event.teamId, event.version);
      this.logger.warn({ teamId: event.teamId, step: 'settings-announced', err: error }, 'nobody heard of the changed settings yet');
    }
  }

  private async announceUnheard(): Promise<void> {
    const events = [...this.unheard].map(([teamId, version]) => ({ teamId, version }));
    this.unheard.clear();
    for (const event of events) await this.announce(event);
  }
}
