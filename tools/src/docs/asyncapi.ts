// Describes what is sent through Redis as an AsyncAPI 3 document: the two queues and the patterns of the transport, made from the schemas
// with which the services read them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CERTIFICATES_ENDING,
  certificatesEndingRequest,
  DELIVERY_UPDATED,
  deliveryUpdatedEvent,
  DISPATCH_JOB,
  DISPATCH_QUEUE,
  dispatchJobSchema,
  endingCertificates,
  OUTCOME_JOB,
  outcomeEvent,
  outcomeGroup,
  OUTCOMES_QUEUE,
  QUEUE_PREFIX,
  SETTINGS_CHANGED,
  SETTINGS_GET,
  settingsChangedEvent,
  settingsGetRequest,
  SMTP_TOKEN,
  smtpTokenAnswer,
  smtpTokenRequest,
  teamMailSettings,
} from '@billing-mail/contracts';
import { jsonSchema } from '@billing-mail/platform';
import { z } from 'zod';
import { workspaceRoot } from '../workspace.js';

const SAMPLES = join(workspaceRoot, 'libs', 'contracts', 'src', 'samples');

type Message = { summary: string; payload: object; examples?: { name: string; payload: unknown }[] };
type Channel = { address: string; description: string; messages: Record<string, Message> };
type Operation = {
  action: 'receive' | 'send';
  channel: { $ref: string };
  summary: string;
  reply?: { channel: { $ref: string } };
};

/** Returns the channel of a Bull queue: the data of its jobs, with the frozen samples of each version. */
function queueChannel(queue: string, job: string, messages: [name: string, summary: string, schema: z.ZodType][]): Channel {
  return {
    address: queue,
    description: `Queue of Bull (key prefix ${QUEUE_PREFIX}, behind REDIS_PREFIX and a colon where that is set), jobs of the name "${job}". The payload is the job's data.`,
    messages: Object.fromEntries(
      messages.map(([name, summary, schema]) => [name, { summary, payload: jsonSchema(schema, 'input'), examples: samplesOf(name) }]),
    ),
  };
}

const samplesOf = (message: string): { name: string; payload: unknown }[] =>
  readdirSync(SAMPLES)
    .filter((file) => file.startsWith(`${message}.`) && file.endsWith('.json'))
    .sort()
    .map((file) => ({ name: file, payload: JSON.parse(readFileSync(join(SAMPLES, file), 'utf8')) as unknown }));

/**
 * Returns the channel of a pattern as Nest's Redis transport uses it (https://docs.nestjs.com/microservices/redis): publish and
 * subscribe, with JSON around the data.
 */
const eventChannel = (pattern: string, summary: string, data: z.ZodType): Channel => ({
  address: pattern,
  description:
    'Channel of Redis, behind REDIS_PREFIX and a colon where that is set. Everybody who listens hears it; it is kept for nobody.',
  messages: { event: { summary, payload: jsonSchema(z.object({ pattern: z.literal(pattern), data })) } },
});

const requestChannels = (pattern: string, summary: string, request: z.ZodType, answer: z.ZodType): Record<string, Channel> => ({
  [pattern]: {
    address: pattern,
    description: 'Channel of Redis, behind REDIS_PREFIX and a colon where that is set. Nobody answers while settings-api is away.',
    messages: { request: { summary, payload: jsonSchema(z.object({ pattern: z.literal(pattern), data: request, id: z.string() })) } },
  },
  [`${pattern}.reply`]: {
    address: `${pattern}.reply`,
    description: 'Where the answer comes, with the id of its request. Everybody who asks hears the answers of all.',
    messages: {
      answer: {
        summary: 'the answer, or an error in its place',
        payload: jsonSchema(
          z.object({ id: z.string(), response: answer.optional(), err: z.unknown().optional(), isDisposed: z.boolean().optional() }),
        ),
      },
    },
  },
});

const CHANNELS: Record<string, Channel> = {
  [DISPATCH_QUEUE]: queueChannel(DISPATCH_QUEUE, DISPATCH_JOB, [['dispatch-job.v1', 'a document to be sent', dispatchJobSchema()]]),
  [OUTCOMES_QUEUE]: queueChannel(OUTCOMES_QUEUE, OUTCOME_JOB, [
    ['outcomes.v2', 'a group of events; each is acted upon once, by its eventId', outcomeGroup],
    ['outcome.v1', 'a single event, as before there were groups', outcomeEvent],
  ]),
  ...requestChannels(SETTINGS_GET, "a team's settings", settingsGetRequest, teamMailSettings.nullable()),
  ...requestChannels(SMTP_TOKEN, 'a token of a connected mailbox, sealed', smtpTokenRequest, smtpTokenAnswer),
  ...requestChannels(CERTIFICATES_ENDING, 'certificates of teams that end', certificatesEndingRequest, endingCertificates),
  [SETTINGS_CHANGED]: eventChannel(SETTINGS_CHANGED, "a team's settings were saved", settingsChangedEvent),
  [DELIVERY_UPDATED]: eventChannel(DELIVERY_UPDATED, 'the status of a delivery has changed', deliveryUpdatedEvent),
};

const to = (channel: string): { $ref: string } => ({ $ref: `#/channels/${channel}` });
const answered = (pattern: string, summary: string): Operation => ({
  action: 'receive',
  channel: to(pattern),
  summary,
  reply: { channel: to(`${pattern}.reply`) },
});

/** From Billing Mail's point of view: others publish what it receives, and may subscribe to what it sends. */
const OPERATIONS: Record<string, Operation> = {
  takeDocument: {
    action: 'receive',
    channel: to(DISPATCH_QUEUE),
    summary: 'mail-dispatcher takes a document that invoicing has published',
  },
  tellOutcomes: {
    action: 'send',
    channel: to(OUTCOMES_QUEUE),
    summary: 'mail-dispatcher tells notification-service what became of deliveries',
  },
  getSettings: answered(SETTINGS_GET, "settings-api answers another service with a team's settings"),
  getSmtpToken: answered(
    SMTP_TOKEN,
    'settings-api answers mail-dispatcher with a token for the one server that a mailbox was connected for',
  ),
  getEndingCertificates: answered(CERTIFICATES_ENDING, 'settings-api answers mail-dispatcher with certificates that end in a span of time'),
  settingsChanged: { action: 'send', channel: to(SETTINGS_CHANGED), summary: 'settings-api tells that settings were saved' },
  deliveryUpdated: { action: 'send', channel: to(DELIVERY_UPDATED), summary: 'mail-dispatcher tells that a delivery has another status' },
};

/** Returns the document as JSON. */
export function asyncApiDocument(): string {
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Billing Mail by Redis',
      version: '2',
      description:
        'Invoicing publishes to the queue "dispatch" and may listen to "delivery.updated"; all else is between the services. Where a field is refused although it fits its schema here, the text of the error says why.',
      license: { name: 'UNLICENSED' },
    },
    defaultContentType: 'application/json',
    servers: { redis: { host: 'redis:6379', protocol: 'redis', description: 'what REDIS_URL names' } },
    channels: CHANNELS,
    operations: OPERATIONS,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
