// The environment of mail-dispatcher; nothing else here reads process.env.
import {
  atLeastADay,
  byteSize,
  DAY_MS,
  duration,
  durations,
  environmentSchema,
  readEnvironment,
  readMigrationUrl,
  variables,
  wholeNumber,
} from '@billing-mail/platform';
import { asciiDomain, DEFAULT_LIMITS, type DocumentLimits } from '@billing-mail/contracts';
import { UNCERTAIN_POLICIES } from '@billing-mail/mail-core';
import { z } from 'zod';
import { openDocumentStore } from './documents/open-document-store.js';

const dispatcherVariables = {
  MAIL_DISPATCHER_PORT: variables.MAIL_DISPATCHER_PORT,
  SECRET_KEYS: variables.SECRET_KEYS,
  PLATFORM_SMTP_URL: variables.PLATFORM_SMTP_URL,
  PLATFORM_SMTP_CA_FILE: variables.PLATFORM_SMTP_CA_FILE,
  PLATFORM_FROM_ADDRESS: variables.PLATFORM_FROM_ADDRESS,
  SMIME_P12_FILE: z.string().meta({ description: 'PKCS#12 file with the signing key, its certificate and chain' }),
  SMIME_P12_PASSPHRASE: z.string().meta({ description: 'passphrase of that file', secret: true }),
  DOCUMENT_STORE_URL: z
    .string()
    .superRefine((url, context) => {
      try {
        openDocumentStore(url);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
      }
    })
    .meta({
      description:
        'where documents are kept, the same for all dispatchers: `file:` and a folder, or `s3://bucket/prefix?endpoint=https://…&region=…`',
    }),
  AWS_SHARED_CREDENTIALS_FILE: z.string().optional().meta({
    description:
      'file with the keys for the bucket, as the AWS SDK reads it; without it the SDK finds them in its other ways (variables, role of the machine)',
  }),
  RESULT_JOURNAL_DIR: z
    .string()
    .default('.data/result-journal')
    .meta({ description: 'folder for results that PostgreSQL could not take yet; on a disk that outlives the process' }),
  RETRY_DELAYS: durations
    .refine((list) => list.length >= 1, 'needs at least one duration')
    .default([300_000, 1_800_000])
    .meta({ description: 'waits before the second and third try, up to 20 % longer' }),
  UNCERTAIN_POLICY: z
    .enum(UNCERTAIN_POLICIES, 'must be "retry" or "hold"')
    .default('retry')
    .meta({ description: 'after an end of data without an answer: `retry` sends the same bytes once more, `hold` does not' }),
  DISPATCH_CONCURRENCY: wholeNumber(1, 1000)
    .default(16)
    .meta({ description: 'deliveries that one process hands over at a time; as many again are made ready meanwhile' }),
  DISPATCH_MEMORY: byteSize
    .refine((bytes) => bytes >= 16 * 1024 * 1024, 'must be at least 16MiB')
    .default(128 * 1024 * 1024)
    .meta({ description: 'documents and messages that one process holds in memory at a time, such as `128MiB`' }),
  SMTP_SESSION_IDLE: duration.default(30_000).meta({ description: 'how long a connection to a mail server is kept without work' }),
  SMTP_SESSION_MESSAGES: wholeNumber(1, 10_000).default(100).meta({ description: 'messages over one connection to a mail server' }),
  CUSTOM_SERVER_CONNECTIONS: wholeNumber(1, 100)
    .default(3)
    .meta({ description: "connections of one process to one team's own server at a time (Microsoft 365 allows 3)" }),
  CLAIM_LEASE: duration
    .refine((ms) => ms >= 2000, 'must be at least 2s')
    .default(30_000)
    .meta({ description: 'after this long without a sign of life a delivery is taken from its worker' }),
  SMTP_MAX_RECIPIENTS: wholeNumber(1, 1000).default(50).meta({ description: 'recipients in one SMTP transaction' }),
  SMTP_CONNECT_TIMEOUT: variables.SMTP_CONNECT_TIMEOUT,
  SMTP_REPLY_TIMEOUT: variables.SMTP_REPLY_TIMEOUT,
  SMTP_FINAL_REPLY_TIMEOUT: variables.SMTP_FINAL_REPLY_TIMEOUT,
  SMTP_ALLOWED_NETWORKS: variables.SMTP_ALLOWED_NETWORKS,
  SMTP_ALLOWED_PORTS: variables.SMTP_ALLOWED_PORTS,
  SMTP_CA_FILE: variables.SMTP_CA_FILE,
  SMTP_CLIENT_NAME: variables.SMTP_CLIENT_NAME,
  MAX_ATTACHMENT_BYTES: wholeNumber(1, 2 ** 31)
    .default(DEFAULT_LIMITS.attachmentBytes)
    .meta({ description: 'attachments of one document together' }),
  MAX_ATTACHMENTS: wholeNumber(0, 1000).default(DEFAULT_LIMITS.attachments).meta({ description: 'attachments of one document' }),
  MAX_SUBJECT_CHARACTERS: wholeNumber(1, 998).default(DEFAULT_LIMITS.subjectCharacters).meta({ description: 'characters of a subject' }),
  MAX_BODY_BYTES: wholeNumber(1, 2 ** 26)
    .default(DEFAULT_LIMITS.bodyBytes)
    .meta({ description: 'text, and HTML, of one document, each' }),
  RETENTION_DELIVERIES: atLeastADay.default(3653 * DAY_MS).meta({
    description: 'how long the delivery log is kept, from when a delivery is settled; its texts and documents go with it at the latest',
  }),
  RETENTION_CONTENTS: atLeastADay.optional().meta({
    description:
      'how long texts and documents of settled deliveries are kept, after which they can not be sent again; as long as the log when not set',
  }),
  RETENTION_REJECTED_JOBS: atLeastADay.default(30 * DAY_MS).meta({ description: 'how long jobs are kept that were not taken' }),
  BOUNCE_DOMAIN: z
    .string()
    .refine((value) => asciiDomain(value) === value.toLowerCase(), 'must be a domain such as bounce.example.com')
    .transform((value) => value.toLowerCase())
    .optional()
    .meta({
      description:
        "domain of the return paths of mail that goes out by the platform's server; its MX must lead to BOUNCE_SMTP_PORT. Without it, no reports are read",
    }),
  BOUNCE_SECRET: variables.SECRET_KEYS.optional().meta({
    description: '`id:base64key,…`, 32 bytes each; the first signs return paths, and all verify them',
    secret: true,
  }),
  BOUNCE_PER_RECIPIENT: z
    .enum(['true', 'false'], 'must be "true" or "false"')
    .default('false')
    .transform((value) => value === 'true')
    .meta({ description: 'a return path and a transaction for each recipient, for servers whose reports do not say whom they are about' }),
  BOUNCE_SMTP_PORT: wholeNumber(0, 65_535).optional().meta({ description: 'port at which reports come in by SMTP; closed when not set' }),
  BOUNCE_SMTP_HOST: z.string().default('127.0.0.1').meta({ description: 'address that this port is opened at; `0.0.0.0` in a container' }),
  BOUNCE_TLS_CERT_FILE: z.string().optional().meta({
    description: 'PEM file of the certificate for STARTTLS at that port, with its chain; by default one that is made at each start',
  }),
  BOUNCE_TLS_KEY_FILE: z.string().optional().meta({ description: 'PEM file of its key' }),
};

export const dispatcherEnvironment = environmentSchema(dispatcherVariables).superRefine((env, context) => {
  const needs = (name: keyof typeof env, other: keyof typeof env): void => {
    if (env[name] !== undefined && env[other] === undefined)
      context.addIssue({ code: 'custom', path: [other], message: `is needed with ${name}` });
  };
  needs('BOUNCE_DOMAIN', 'BOUNCE_SECRET');
  needs('BOUNCE_SMTP_PORT', 'BOUNCE_DOMAIN');
  needs('BOUNCE_TLS_CERT_FILE', 'BOUNCE_TLS_KEY_FILE');
  needs('BOUNCE_TLS_KEY_FILE', 'BOUNCE_TLS_CERT_FILE');
});
export type DispatcherEnv = z.output<typeof dispatcherEnvironment>;

export const readDispatcherEnv = (source: NodeJS.ProcessEnv = process.env): DispatcherEnv => readEnvironment(dispatcherEnvironment, source);

/** Injection token of the environment. */
export const DISPATCHER_ENV = Symbol('DISPATCHER_ENV');

export const limitsOf = (env: DispatcherEnv): DocumentLimits => ({
  attachmentBytes: env.MAX_ATTACHMENT_BYTES,
  attachments: env.MAX_ATTACHMENTS,
  subjectCharacters: env.MAX_SUBJECT_CHARACTERS,
  bodyBytes: env.MAX_BODY_BYTES,
});

export const documentStoreUrl = (): string =>
  readEnvironment(z.object({ DOCUMENT_STORE_URL: dispatcherVariables.DOCUMENT_STORE_URL }), process.env).DOCUMENT_STORE_URL;

export const migrationUrl = (): string => readMigrationUrl(process.env);
