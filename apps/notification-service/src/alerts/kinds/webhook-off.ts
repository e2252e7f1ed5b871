import { type Locale, type WebhookOffReason } from '@billing-mail/contracts';
import { textBlock } from '../wording/blocks.js';
import { CATALOGUES } from '../wording/catalogues.js';
import { quotable } from '../wording/one-line.js';
import { type IncidentKind } from './incident.js';

/** `admins`: the users who have configured the webhook. */
type WebhookSwitchedOff = { webhookId: string; teamId: string; url: string; admins: string[]; reason: WebhookOffReason };
type Params = { kind: 'webhook_off'; host: string; reason: WebhookOffReason };
type Words = { title: (host: string) => string; happened: Record<WebhookOffReason, string>; means: string; todo: string };

const WORDS: Record<Locale, Words> = {
  en: {
    title: (host) => `Your webhook at ${host} was switched off`,
    happened: {
      failing: 'For five days it has taken no message, so nothing is sent there any more.',
      gone: 'It answered that it is gone for good (410), so nothing is sent there any more.',
    },
    means:
      'Your programs do not hear what becomes of your documents meanwhile. What the webhook misses is kept and can be sent again. The documents themselves go out as always.',
    todo: 'Have those who look after the webhook put it right, then switch it on again in the team settings under “Invoicing” and send what it missed from there.',
  },
  de: {
    title: (host) => `Ihr Webhook bei ${host} wurde abgeschaltet`,
    happened: {
      failing: 'Seit fünf Tagen hat er keine Nachricht angenommen. Dorthin wird deshalb nichts mehr gesendet.',
      gone: 'Er hat geantwortet, dass es ihn nicht mehr gibt (410). Dorthin wird deshalb nichts mehr gesendet.',
    },
    means:
      'Ihre Programme erfahren so lange nicht, was aus Ihren Belegen wird. Was dem Webhook entgeht, wird aufbewahrt und kann nachgesendet werden. Die Belege selbst werden wie immer verschickt.',
    todo: 'Lassen Sie den Webhook von denen in Ordnung bringen, die ihn betreuen. Schalten Sie ihn dann in den Teameinstellungen unter „Fakturierung“ wieder ein und senden Sie dort nach, was ihm entgangen ist.',
  },
};

export const webhookOff: IncidentKind<WebhookSwitchedOff, Params> = {
  type: 'webhook_off',
  severity: 'error',
  // Alerts the whole team if only services have configured the webhook.
  hears: ({ teamId, admins }) => ({ teamId, audience: admins.length > 0 ? { kind: 'users', userIds: admins } : { kind: 'team' } }),
  troubleOf: ({ webhookId }) => webhookId,
  // Only the host: the path may be a secret of the receiver and the team.
  paramsOf: ({ url, reason }) => ({ kind: 'webhook_off', host: new URL(url).host, reason }),
  leadsTo: () => ({ to: 'webhooks' }),
  words: WORDS,
  word: ({ host, reason }, _count, locale) => {
    const { title, happened, means, todo } = WORDS[locale];
    return { title: title(CATALOGUES[locale].quoted(quotable(host))), blocks: [happened[reason], means, todo].map(textBlock) };
  },
};
