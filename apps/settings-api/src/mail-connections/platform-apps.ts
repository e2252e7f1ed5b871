import { MAIL_PROVIDERS, type MailProviderName } from '@billing-mail/contracts';
import { type SettingsEnv } from '../settings.env.js';
import { GOOGLE_ISSUER } from './providers/google.js';
import { MICROSOFT_ISSUER } from './providers/microsoft.js';

type App = { clientId: string | null; clientSecret: string | null };
const NONE: App = { clientId: null, clientSecret: null };

/** The platform's own apps at the providers, and the providers' issuers. */
export class PlatformApps {
  private readonly apps: Readonly<Record<MailProviderName, App & { issuer: string | null }>>;

  constructor(env: SettingsEnv) {
    this.apps = {
      microsoft: {
        clientId: env.OAUTH_MICROSOFT_CLIENT_ID ?? null,
        clientSecret: env.OAUTH_MICROSOFT_CLIENT_SECRET ?? null,
        issuer: env.OAUTH_MICROSOFT_ISSUER ?? MICROSOFT_ISSUER,
      },
      google: {
        clientId: env.OAUTH_GOOGLE_CLIENT_ID ?? null,
        clientSecret: env.OAUTH_GOOGLE_CLIENT_SECRET ?? null,
        issuer: env.OAUTH_GOOGLE_ISSUER ?? GOOGLE_ISSUER,
      },
      oidc: { ...NONE, issuer: null },
    };
  }

  appOf(provider: MailProviderName): App {
    return this.apps[provider];
  }

  /** Returns the providers at which the platform has an app, so that teams need none. */
  offered(): MailProviderName[] {
    return MAIL_PROVIDERS.filter((provider) => this.apps[provider].clientId !== null);
  }

  /** Returns the issuer of the provider, or `null` if the team names it. */
  issuerOf(provider: MailProviderName): string | null {
    return this.apps[provider].issuer;
  }
}
