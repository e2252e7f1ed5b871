// Announces to all services that a team's settings have a new version. A service that misses it sees the change when its cache expires.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ClientProxy } from '@nestjs/microservices';
import { SETTINGS_CHANGED, type SettingsChangedEvent } from '@billing-mail/contracts';
import { type Logger, redisAnswer, within } from '@billing-mail/platform';
import { lastValueFrom } from 'rxjs';
import { LOGGER, REDIS_CLIENT } from '../settings.tokens.js';

// How long a save waits for Redis: long enough on a busy day, and short enough for a user who waits.
const ANNOUNCE_MS = 1000;
const CONNECT_MS = 3000;
// How long to wait after Redis is back. All services try to reach it once a second, so the listeners are connected again after this time;
// earlier they would miss the announcement.
const LISTENERS_BACK_MS = 3000;
// RedisStatus.CONNECTED of Nest is a const enum, which can't be imported with isolatedModules.
const CONNECTED = 'connected';

@Injectable()
export class SettingsChangedPublisher implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Versions that could not be announced while Redis was unavailable, by team. */
  private readonly unheard = new Map<string, number>();

  constructor(
    @Inject(REDIS_CLIENT) private readonly redis: ClientProxy,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Waits only briefly for Redis: settings can be saved without it, and the client connects as soon as Redis is available. */
  async onApplicationBootstrap(): Promise<void> {
    await within(CONNECT_MS, this.redis.connect());
    this.redis.status.subscribe((status) => {
      if (status === CONNECTED) setTimeout(() => void this.announceUnheard(), LISTENERS_BACK_MS).unref();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.redis.close();
  }

  /**
   * Announces a new version of the settings. Never throws and takes at most a second, because the settings are saved already. If the
   * announcement fails, it is repeated when Redis is back.
   */
  async announce(event: SettingsChangedEvent): Promise<void> {
    try {
      const sent = lastValueFrom(this.redis.emit<void>(SETTINGS_CHANGED, event), { defaultValue: undefined });
      await redisAnswer(ANNOUNCE_MS, sent);
    } catch (error) {
      this.unheard.set(event.teamId, event.version);
      this.logger.warn(
        { teamId: event.teamId, step: 'settings-announced', err: error },
        'could not announce the changed settings; they are announced again when Redis is back',
      );
    }
  }

  private async announceUnheard(): Promise<void> {
    const events = [...this.unheard].map(([teamId, version]) => ({ teamId, version }));
    this.unheard.clear();
    for (const event of events) await this.announce(event);
  }
}
