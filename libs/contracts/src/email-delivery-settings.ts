// A team's settings for E-mail delivery, in three forms: as clients write them, as clients read them, and as services exchange them.
import { isIP } from 'node:net';
import { z } from 'zod';
import { emailAddress, mailbox, recipientAddress } from './address.js';
import { asciiDomain, DISPLAY_NAME } from './address-rules.js';
import { listOf } from './bounded-list.js';
import { DOCUMENT_TYPES } from './delivery-vocabulary.js';
import { locale, teamId, userId } from './identifiers.js';
import { connectionOfSettings, connectionSummary } from './mail-connection.js';
import { SENDING_LIMITS, type SendingLimit } from './sending-limits.js';
import {
  isPasswordInClear,
  isServerHost,
  MOST_COPY_LISTS,
  MOST_USERS_TOLD,
  PORTS,
  SETTINGS_LINES,
  SETTINGS_MESSAGES,
  SMTP_SECURITIES,
} from './settings-rules.js';
import { serverTrust, serverTrustInput, serverTrustView } from './server-trust.js';
import { certificateView, teamCertificate } from './team-certificate.js';
import { boundedText, lineOfText, senderName } from './text.js';

const smtpHost = boundedText(253, 'is longer than 253 characters')
  .refine(isServerHost, SETTINGS_MESSAGES.host)
  .transform((value) => (isIP(value) !== 0 ? value : (asciiDomain(value) ?? value.toLowerCase())));

const server = {
  host: smtpHost,
  port: z.int(SETTINGS_MESSAGES.wholePort).min(PORTS.least, SETTINGS_MESSAGES.port).max(PORTS.most, SETTINGS_MESSAGES.port),
  security: z.enum(SMTP_SECURITIES, `must be one of ${SMTP_SECURITIES.join(', ')}`),
};
const sender = { fromAddress: emailAddress, fromName: senderName(DISPLAY_NAME).optional() };
const username = lineOfText(SETTINGS_LINES.username);
// One line of printable or Unicode characters: a NUL would end the field inside AUTH PLAIN (RFC 4616).
const password = lineOfText(SETTINGS_LINES.password);

const OBJECT = 'must be an object';
// `passwordSet` is in the answer to a read. A write accepts and ignores it, so that a client can write back what it read.
const passwordSet = z.boolean('must be true or false').optional();
const auth = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('password'), username, password: password.optional(), passwordSet }),
    // The connection itself is made elsewhere. A write accepts and ignores its fields, which are in the answer to a read.
    z
      .strictObject({
        type: z.literal('oauth2'),
        provider: z.unknown().optional(),
        mailbox: z.unknown().optional(),
        connectedAt: z.unknown().optional(),
        trouble: z.unknown().optional(),
      })
      .transform((): { type: 'oauth2' } => ({ type: 'oauth2' })),
    z.strictObject({ type: z.literal('none') }),
  ],
  { error: ({ input }) => (typeof input === 'object' ? 'must be "password", "oauth2" or "none"' : OBJECT) },
);
const limit = (name: SendingLimit) => {
  const { least, most } = SENDING_LIMITS[name];
  const range = `must be between ${least} and ${most}`;
  return z.int(SETTINGS_MESSAGES.wholePort).min(least, range).max(most, range).optional();
};
const limits = {
  connections: limit('connections').meta({ description: 'at a time' }),
  messagesPerMinute: limit('messagesPerMinute'),
  recipientsPerDay: limit('recipientsPerDay').meta({ description: 'in any 24 hours' }),
};
const smtpInput = z
  .strictObject(
    {
      ...{ ...server, auth, tls: serverTrustInput.nullish(), ...sender },
      limits: z
        .strictObject(limits, OBJECT)
        .optional()
        .meta({ description: 'what the server takes of this account; left out: what its provider publishes, if anything' }),
    },
    OBJECT,
  )
  .refine((smtp) => !isPasswordInClear(smtp), { path: ['security'], message: SETTINGS_MESSAGES.passwordInClear });
/** Custom SMTP server as a client writes it. If `password` is left out, the stored one stays. */
export type SmtpInput = z.infer<typeof smtpInput>;
export { smtpInput };

const copyLists = { cc: listOf(mailbox, 'must be a list').default([]), bcc: listOf(mailbox, 'must be a list').default([]) };
const types = z
  .array(z.enum(DOCUMENT_TYPES, `must be one of ${DOCUMENT_TYPES.join(', ')}`), 'must be a list')
  .min(1, 'needs at least one type of document')
  .max(DOCUMENT_TYPES.length, `must be at most ${DOCUMENT_TYPES.length}`);
const copiesOfTypes = z
  .strictObject({ types, ...copyLists }, OBJECT)
  .refine(({ cc, bcc }) => cc.length + bcc.length > 0, { path: ['cc'], message: 'needs an address, here or in "bcc"' });

const shared = {
  companyName: senderName(SETTINGS_LINES.companyName),
  replyTo: emailAddress.nullish().transform((value) => value ?? null),
  locale: locale.default('en'),
  ...copyLists,
  copies: z
    .array(copiesOfTypes, 'must be a list')
    .max(MOST_COPY_LISTS, `has more than ${MOST_COPY_LISTS} lists`)
    .default([])
    .meta({ description: 'what documents of some types get besides "cc" and "bcc"' }),
  sender: z.enum(['platform', 'custom'], 'must be "platform" or "custom"').default('platform'),
  fallback: z.boolean('must be true or false').default(false),
  notifyUserIds: z.array(userId, 'must be a list').max(MOST_USERS_TOLD, SETTINGS_MESSAGES.users).default([]),
};

/** Body of `PUT /v1/teams/{teamId}/email-delivery`. Fields that only the server sets (`version`, …) are accepted and ignored. */
export const emailDeliveryInput = z
  .strictObject(
    {
      ...shared,
      smtp: smtpInput.nullish().transform((value) => value ?? null),
      teamId: teamId.optional(),
      version: z.int('must be a whole number').optional(),
      updatedAt: z.string('must be text').optional(),
      updatedBy: z.string('must be text').optional(),
      certificate: z.unknown().optional(),
    },
    OBJECT,
  )
  .refine((settings) => settings.sender === 'platform' || settings.smtp !== null, {
    path: ['smtp'],
    message: 'is needed when "sender" is "custom"',
  });
export type EmailDeliveryInput = z.infer<typeof emailDeliveryInput>;

const stamps = { teamId, version: z.int(), updatedAt: z.iso.datetime(), updatedBy: z.string() };
const mailboxes = z.array(z.object({ address: z.string(), name: z.string().optional() }));
const read = {
  ...stamps,
  companyName: z.string(),
  replyTo: z.string().nullable(),
  locale,
  cc: mailboxes,
  bcc: mailboxes,
  sender: z.enum(['platform', 'custom']),
  fallback: z.boolean(),
  notifyUserIds: z.array(z.string()),
};
const readServer = {
  host: z.string(),
  port: z.int(),
  security: z.enum(SMTP_SECURITIES),
  fromAddress: z.string(),
  fromName: z.string().optional(),
  limits: z.object(limits).optional(),
};

/** Answer of `GET` and `PUT`: never the password, only whether one is set. */
export const emailDeliveryView = z.object({
  ...read,
  copies: z.array(z.object({ types: z.array(z.enum(DOCUMENT_TYPES)), cc: mailboxes, bcc: mailboxes })),
  smtp: z
    .object({
      ...readServer,
      tls: serverTrustView.optional(),
      auth: z.discriminatedUnion('type', [
        z.object({ type: z.literal('password'), username: z.string(), passwordSet: z.boolean() }),
        // All `null` if no mailbox is connected.
        z.object({
          type: z.literal('oauth2'),
          provider: connectionSummary.shape.provider.nullable(),
          mailbox: z.string().nullable(),
          connectedAt: z.iso.datetime().nullable(),
          trouble: connectionSummary.shape.trouble,
        }),
        z.object({ type: z.literal('none') }),
      ]),
    })
    .nullable(),
  certificate: certificateView.nullable(),
});
export type EmailDeliveryView = z.infer<typeof emailDeliveryView>;

/** Answer of `settings.get` on the Redis transport: the password sealed (by `CredentialBox` of libs/platform), never clear. */
export const teamMailSettings = z.object({
  ...read,
  smtp: z
    .object({
      ...readServer,
      tls: serverTrust.optional(),
      auth: z.discriminatedUnion('type', [
        z.object({ type: z.literal('password'), username: z.string(), passwordSealed: z.string() }),
        z.object({ type: z.literal('oauth2'), connection: connectionOfSettings.nullable() }),
        z.object({ type: z.literal('none') }),
      ]),
    })
    .nullable(),
  /** Types that only newer services know are allowed. An older settings-api, which does not know this field, sends none. */
  copies: z.array(z.object({ types: z.array(z.string()), cc: mailboxes, bcc: mailboxes })).default([]),
  /** Signs what goes out by the team's own server. An older settings-api, which does not know this field, sends none. */
  certificate: teamCertificate.nullable().default(null),
});
export type TeamMailSettings = z.infer<typeof teamMailSettings>;

export const settingsGetRequest = z.object({ teamId });
export const settingsChangedEvent = z.object({ teamId, version: z.int() });
export type SettingsChangedEvent = z.infer<typeof settingsChangedEvent>;

/** Body of `POST …/smtp/test`. */
export const smtpTestRequest = z.strictObject({ smtp: smtpInput.optional(), sendTo: recipientAddress.optional() }, OBJECT);
export type SmtpTestRequest = z.infer<typeof smtpTestRequest>;

export const SMTP_TEST_STEPS = ['policy', 'dns', 'connect', 'tls', 'greeting', 'auth', 'mail_from', 'rcpt', 'data'] as const;
const smtpTestStep = z.object({
  step: z.enum(SMTP_TEST_STEPS),
  ok: z.boolean(),
  ms: z.number(),
  detail: z.string(),
  /** The message of the network library, for the operator of the server. */
  technical: z.string().optional(),
  hint: z.string().optional(),
});
export const smtpTestResult = z.object({
  ok: z.boolean(),
  steps: z.array(smtpTestStep),
  /** What a successful test has not proved, in the language of the reader. */
  notAsked: z.string().optional(),
});
export type SmtpTestResult = z.infer<typeof smtpTestResult>;

/** One line of the answer to a client that accepts `application/x-ndjson`: each step as soon as it succeeds, and the result at the end. */
export const smtpTestLine = z.union([z.object({ step: smtpTestStep }), z.object({ result: smtpTestResult })]);
export type SmtpTestLine = z.infer<typeof smtpTestLine>;
export type SmtpTestStep = SmtpTestResult['steps'][number];
