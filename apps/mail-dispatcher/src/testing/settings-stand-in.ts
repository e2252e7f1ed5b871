// A stand-in for settings-api on the Redis transport.
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, MessagePattern, Payload } from '@nestjs/microservices';
import {
  CERTIFICATES_ENDING,
  type EndingCertificate,
  SETTINGS_CHANGED,
  SETTINGS_GET,
  SMTP_TOKEN,
  type SmtpTokenAnswer,
  type SmtpTokenRequest,
  type TeamMailSettings,
} from '@billing-mail/contracts';
import { CredentialBox, smtpTokenContext, transportClient, transportServer } from '@billing-mail/platform';
import { lastValueFrom } from 'rxjs';
import { type DispatcherEnv } from '../dispatcher.env.js';

export type TokenOf = (asked: SmtpTokenRequest) => string | SmtpTokenAnswer;

@Controller()
class SettingsStandIn {
  // NestJS creates the instance, so the answers are static.
  static teams = new Map<string, TeamMailSettings>();
  /** Answers requests for a token; if it is `null`, the answer is that no mailbox is connected. */
  static tokenFor: ((asked: SmtpTokenRequest) => SmtpTokenAnswer | Promise<SmtpTokenAnswer>) | null = null;

  @MessagePattern(SETTINGS_GET)
  get(@Payload() { teamId }: { teamId: string }): TeamMailSettings | null {
    return SettingsStandIn.teams.get(teamId) ?? null;
  }

  @MessagePattern(SMTP_TOKEN)
  token(@Payload() asked: SmtpTokenRequest): SmtpTokenAnswer | Promise<SmtpTokenAnswer> {
    return SettingsStandIn.tokenFor?.(asked) ?? { broken: 'not_connected' };
  }

  @MessagePattern(CERTIFICATES_ENDING)
  certificatesEnding(@Payload() { after, before, uses }: { after: string; before: string; uses?: string[] }): EndingCertificate[] {
    const settings = [...SettingsStandIn.teams.values()];
    return settings.flatMap(({ teamId, certificate, smtp, notifyUserIds, locale }) => {
      const client = smtp?.tls?.clientCertificate;
      const about = { teamId, notifyUserIds, locale };
      return [
        ...(certificate === null
          ? []
          : [{ ...about, use: 'signature' as const, addresses: certificate.addresses, validTo: certificate.validTo }]),
        ...(client === undefined
          ? []
          : [{ ...about, use: 'client' as const, addresses: [], subject: client.subject, validTo: client.validTo }]),
      ].filter(({ validTo, use }) => validTo >= after && validTo <= before && (uses ?? ['signature']).includes(use));
    });
  }
}

@Module({ controllers: [SettingsStandIn] })
class SettingsStandInModule {}

/** Answers for settings-api until it is stopped. */
export class StandInForSettings {
  private responder: INestMicroservice | null = null;

  private constructor(
    private readonly redisUrl: string,
    private readonly client: ClientProxy,
  ) {}

  static async start(redisUrl: string): Promise<StandInForSettings> {
    const client = transportClient({ REDIS_URL: redisUrl });
    const standIn = new StandInForSettings(redisUrl, client);
    SettingsStandIn.teams.clear();
    await standIn.startResponder();
    await client.connect();
    return standIn;
  }

  get teams(): Map<string, TeamMailSettings> {
    return SettingsStandIn.teams;
  }

  async startResponder(): Promise<void> {
    const options = { ...transportServer({ REDIS_URL: this.redisUrl }), logger: false as const };
    this.responder = await NestFactory.createMicroservice(SettingsStandInModule, options);
    await this.responder.listen();
  }

  async stopResponder(): Promise<void> {
    await this.responder?.close();
    this.responder = null;
  }

  /** Saves the settings of a team and announces the change, as settings-api does. */
  async save(settings: TeamMailSettings): Promise<void> {
    this.teams.set(settings.teamId, settings);
    const { teamId, version } = settings;
    await lastValueFrom(this.client.emit(SETTINGS_CHANGED, { teamId, version }), { defaultValue: undefined }).catch(() => undefined);
  }

  /** Answers requests for tokens as settings-api does: `tokenOf` returns the token, or the answer if there is none. */
  answerTokens(keys: DispatcherEnv['SECRET_KEYS'], tokenOf: TokenOf): void {
    SettingsStandIn.tokenFor = (asked) => {
      const token = tokenOf(asked);
      if (typeof token !== 'string') return token;
      const context = smtpTokenContext(asked.teamId, asked.connectionId, asked.host);
      return { tokenSealed: new CredentialBox(keys).seal(token, context), validForMs: 3_600_000 };
    };
  }

  async stop(): Promise<void> {
    await this.stopResponder();
    await this.client.close();
  }
}
