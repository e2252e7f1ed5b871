// Asks settings-api for the settings of a team by the Redis transport, and keeps them for a few seconds.
import { Inject, Injectable } from '@nestjs/common';
import { type ClientProxy } from '@nestjs/microservices';
import {
  CERTIFICATE_USES,
  CERTIFICATES_ENDING,
  type EndingCertificate,
  endingCertificates,
  SETTINGS_GET,
  teamMailSettings,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import { carriedTrace, Traced } from '@billing-mail/platform';
import { lastValueFrom, timeout, TimeoutError } from 'rxjs';

/** Injection token of the client of the Redis transport. */
export const TRANSPORT_CLIENT = Symbol('TRANSPORT_CLIENT');

/** Without a responder the transport never answers, so each request needs a time limit. */
const ANSWER_TIMEOUT_MS = 3000;
/** `settings.changed` removes an entry at once; this limit is for events that got lost. */
const MAX_AGE_MS = 10_000;
/** After a request without an answer, further requests fail at once for this long. Otherwise each job of the queue would wait 3 s. */
const SILENCE_MS = 2000;

/** Thrown if the settings can't be read now. That is a trouble of our own, so the delivery waits. */
export class SettingsUnavailableError extends Error {
  override readonly name = 'SettingsUnavailableError';
}

type Entry = { settings: Promise<TeamMailSettings | null>; askedAt: number };

@Injectable()
export class SettingsClient {
  private readonly entries = new Map<string, Entry>();
  private silentUntil = 0;

  constructor(@Inject(TRANSPORT_CLIENT) private readonly transport: ClientProxy) {}

  /**
   * Returns the settings of a team; `null` if it has none.
   * @throws SettingsUnavailableError after 3 s without an answer, and at once during the next 2 s
   */
  @Traced('settings', { about: (teamId: string) => ({ teamId }) })
  async settingsOf(teamId: string): Promise<TeamMailSettings | null> {
    const known = this.entries.get(teamId);
    if (known && Date.now() - known.askedAt < MAX_AGE_MS) return known.settings;
    const entry: Entry = { settings: this.ask(teamId), askedAt: Date.now() };
    this.entries.set(teamId, entry);
    // A failed request must not be the answer to later ones.
    entry.settings.catch(() => this.forgetEntry(teamId, entry));
    return entry.settings;
  }

  /**
   * Returns the certificates of teams that expire between the two times.
   * @throws SettingsUnavailableError
   */
  async certificatesEnding(after: Date, before: Date): Promise<EndingCertificate[]> {
    const request = { after: after.toISOString(), before: before.toISOString(), uses: CERTIFICATE_USES };
    try {
      const answer = await lastValueFrom(this.transport.send<unknown>(CERTIFICATES_ENDING, request).pipe(timeout(ANSWER_TIMEOUT_MS)));
      return endingCertificates.parse(answer);
    } catch (cause) {
      throw new SettingsUnavailableError('settings-api did not answer which certificates expire.', { cause });
    }
  }

  /** Forgets the settings of a team, including an answer that is still on its way. */
  forget(teamId: string): void {
    this.entries.delete(teamId);
  }

  private forgetEntry(teamId: string, entry: Entry): void {
    if (this.entries.get(teamId) === entry) this.entries.delete(teamId);
  }

  @Traced(SETTINGS_GET, { kind: 'client' })
  private async ask(teamId: string): Promise<TeamMailSettings | null> {
    if (performance.now() < this.silentUntil) throw new SettingsUnavailableError('settings-api did not answer a moment ago.');
    try {
      const answer = await lastValueFrom(
        this.transport.send<unknown>(SETTINGS_GET, { teamId, ...carriedTrace() }).pipe(timeout(ANSWER_TIMEOUT_MS)),
      );
      return teamMailSettings.nullable().parse(answer ?? null);
    } catch (cause) {
      // An invalid answer for one team says nothing about others, so only a timeout makes further requests fail at once.
      if (cause instanceof TimeoutError) this.silentUntil = performance.now() + SILENCE_MS;
      throw new SettingsUnavailableError('settings-api does not answer on the Redis transport.', { cause });
    }
  }
}
