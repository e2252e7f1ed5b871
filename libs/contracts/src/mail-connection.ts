// A team's mailbox at a provider with OAuth 2: how it is connected, what clients see of it, and how a service gets a token for it.
import { z } from 'zod';
import { emailAddress } from './address.js';
import { teamId } from './identifiers.js';
import { isServerHost, SETTINGS_MESSAGES, SMTP_SECURITIES } from './settings-rules.js';
import { lineOfText } from './text.js';

export const MAIL_PROVIDERS = ['microsoft', 'google', 'oidc'] as const;
export type MailProviderName = (typeof MAIL_PROVIDERS)[number];

/** Why a connection gives no token until somebody mends it. */
export const CONNECTION_TROUBLES = [
  /** The permission has expired or was withdrawn: connect again. */
  'sign_in_expired',
  /** The secret of the team's own app has expired or was replaced: connect again with the new one. */
  'client_secret_expired',
  /** The provider does not know the app, or does not let it do this. */
  'client_refused',
  /** The granted permissions do not include sending mail. */
  'permission_missing',
  /** The settings name another mail server than the one that the mailbox was connected for. */
  'other_server',
  'not_connected',
  /** The stored secrets can no longer be opened: connect again. */
  'key_lost',
] as const;
export type ConnectionTrouble = (typeof CONNECTION_TROUBLES)[number];

const OBJECT = 'must be an object';
const CREDENTIAL = { max: 2000 } as const;
const httpsUrl = z
  .string('must be text')
  .max(500, 'is longer than 500 characters')
  .refine(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) && new URL(value).username === '',
    'must be a URL that begins with https://',
  );

/** Body of `POST …/email-delivery/connection`. */
export const mailConnectionRequest = z
  .strictObject(
    {
      provider: z.enum(MAIL_PROVIDERS, `must be one of ${MAIL_PROVIDERS.join(', ')}`),
      grant: z.enum(['delegated', 'app'], 'must be "delegated" or "app"').default('delegated'),
      /** The team's own app; if left out, the platform's. */
      clientId: lineOfText({ max: 500 }).optional(),
      clientSecret: lineOfText(CREDENTIAL).optional(),
      /** Microsoft: the directory's id or domain; if left out, that of the person who signs in. */
      tenant: z
        .string('must be text')
        .regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$/, 'must be the id or a domain of the directory')
        .optional(),
      /** `oidc`: where the discovery document is. */
      issuer: httpsUrl.optional(),
      /** `oidc`: what the provider calls the permission to send mail. */
      scope: z
        .string('must be text')
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/, 'must be scopes separated by one space')
        .max(1000, 'is longer than 1000 characters')
        .optional(),
      /** `oidc`: the mail server that the token is for; if left out, the stored one. */
      host: z.string('must be text').max(253, 'is longer than 253 characters').refine(isServerHost, SETTINGS_MESSAGES.host).optional(),
      /** A shared mailbox that the person who signs in may send for, or the mailbox of an app; if left out, that person's own. */
      mailbox: emailAddress.optional(),
      /** Google, `app`: the key file of the service account. */
      serviceAccount: z
        .looseObject(
          {
            client_email: lineOfText({ max: 320 }),
            private_key: z.string('must be text').max(10_000, 'is longer than 10000 characters'),
          },
          OBJECT,
        )
        .optional(),
    },
    OBJECT,
  )
  .superRefine(({ provider, grant, issuer, clientId, clientSecret, tenant, mailbox, serviceAccount }, context) => {
    const need = (isThere: boolean, field: string, message: string): void => {
      if (!isThere) context.addIssue({ code: 'custom', path: [field], message });
    };
    if (provider === 'oidc') {
      need(issuer !== undefined, 'issuer', 'is needed for this provider');
      need(clientId !== undefined, 'clientId', 'is needed for this provider');
      need(grant === 'delegated', 'grant', 'must be "delegated" for this provider');
    } else need(issuer === undefined, 'issuer', 'is known for this provider; leave it out');
    need(clientSecret === undefined || clientId !== undefined, 'clientId', 'is needed with a client secret');
    if (grant !== 'app') return;
    need(mailbox !== undefined, 'mailbox', 'is needed: no person signs in whose mailbox it would be');
    // With an app of the platform, a team could name the mailbox of any other team whose administrator has agreed to that app.
    if (provider === 'microsoft') {
      need(clientId !== undefined, 'clientId', 'is needed: without a person a team signs in by an app of its own');
      need(clientSecret !== undefined, 'clientSecret', 'is needed: without a person a team signs in by an app of its own');
      need(tenant !== undefined, 'tenant', 'is needed: no person signs in whose directory it would be');
    }
    if (provider === 'google') need(serviceAccount !== undefined, 'serviceAccount', 'is needed: the key file of the service account');
  });
export type MailConnectionRequest = z.infer<typeof mailConnectionRequest>;

const trouble = z.object({ code: z.enum(CONNECTION_TROUBLES), since: z.iso.datetime() }).nullable();

/** The connection that a team sends by, as its settings show it. */
export const connectionSummary = z.object({
  provider: z.enum(MAIL_PROVIDERS),
  mailbox: z.string(),
  connectedAt: z.iso.datetime(),
  trouble,
});

/** The same for services. Each new connection has a new `id`. `username` is the user who signs in, if that is not the mailbox itself. */
export const connectionOfSettings = connectionSummary.extend({ id: z.string(), username: z.string().optional() });
export type ConnectionOfSettings = z.infer<typeof connectionOfSettings>;

/** Answer of `GET …/email-delivery/connection`: no secret, and no token. */
export const mailConnectionView = connectionSummary.extend({
  grant: z.enum(['delegated', 'app']),
  /** `null`: the platform's app. */
  clientId: z.string().nullable(),
  issuer: z.string(),
  scope: z.string(),
  connectedBy: z.string(),
  /** How the provider's mail server is reached; `null` if that is not known. */
  server: z.object({ host: z.string(), port: z.int(), security: z.enum(SMTP_SECURITIES) }).nullable(),
});
export type MailConnectionView = z.infer<typeof mailConnectionView>;

/** Answer of `POST …/email-delivery/connection`: the URL where a person signs in, or the finished connection (`app`). */
export const mailConnectionStart = z.object({
  authorizationUrl: z.string().optional(),
  connection: mailConnectionView.optional(),
});
export type MailConnectionStart = z.infer<typeof mailConnectionStart>;

/**
 * Answer of `DELETE …/email-delivery/connection`. `kept`: it is forgotten here, but the provider lists it until somebody removes it there.
 */
export const mailConnectionEnd = z.object({ permission: z.enum(['taken_back', 'kept']) });
export type MailConnectionEnd = z.infer<typeof mailConnectionEnd>;

/** `rejected`: SHA-256 (hex) of a token that the mail server has refused, so that the answer is not the same token again. */
export const smtpTokenRequest = z.object({
  teamId,
  connectionId: z.string().max(100),
  host: z.string().max(253),
  rejected: z.string().length(64).optional(),
});
export type SmtpTokenRequest = z.infer<typeof smtpTokenRequest>;

/** Answer of `settings.smtp_token`. The validity of the token is given as a duration, because clocks differ. */
export const smtpTokenAnswer = z.union([
  z.object({ tokenSealed: z.string(), validForMs: z.int() }),
  z.object({ unavailable: z.literal('provider_away') }),
  z.object({ broken: z.enum(CONNECTION_TROUBLES) }),
]);
export type SmtpTokenAnswer = z.infer<typeof smtpTokenAnswer>;
