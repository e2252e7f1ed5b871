import { type Locale, type PlatformUnavailableEvent } from '@billing-mail/contracts';
import { audienceOf } from '../alert.js';
import { textBlock } from '../wording/blocks.js';
import { type IncidentKind, inWords } from './incident.js';

type Reason = PlatformUnavailableEvent['reason'];
type Params = { kind: 'platform_unavailable' } & Pick<PlatformUnavailableEvent, 'since' | 'reason' | 'waiting'>;

type Words = {
  title: string;
  happened: Record<Reason, (since: string, waiting: number) => string>;
  means: Record<Reason, string>;
  todo: string;
};

const WORDS: Record<Locale, Words> = {
  en: {
    title: 'Our platform cannot send your documents at the moment',
    happened: {
      signing_unavailable: (since, waiting) =>
        `The signature of our platform has not been usable since ${since}. ${waiting === 1 ? '1 of your documents waits' : `${waiting} of your documents wait`} for it.`,
      server_unavailable: (since, waiting) =>
        `The mail server of our platform has taken nothing since ${since}. ${waiting === 1 ? '1 of your documents waits' : `${waiting} of your documents wait`} for it.`,
    },
    means: {
      signing_unavailable: 'These documents go out by themselves as soon as that is put right.',
      server_unavailable: 'We keep trying to send these documents. You are told of each that cannot be sent in the end.',
    },
    todo: 'Do not send them a second time. If one of them is urgent, tell our support.',
  },
  de: {
    title: 'Unsere Plattform kann Ihre Belege zurzeit nicht verschicken',
    happened: {
      signing_unavailable: (since, waiting) =>
        `Die Signatur unserer Plattform lässt sich seit ${since} nicht verwenden. ${waiting === 1 ? '1 Ihrer Belege wartet' : `${waiting} Ihrer Belege warten`} deshalb.`,
      server_unavailable: (since, waiting) =>
        `Der Mailserver unserer Plattform hat seit ${since} nichts angenommen. ${waiting === 1 ? '1 Ihrer Belege wartet' : `${waiting} Ihrer Belege warten`} deshalb.`,
    },
    means: {
      signing_unavailable: 'Diese Belege werden von selbst verschickt, sobald das behoben ist.',
      server_unavailable:
        'Der Versand dieser Belege wird von selbst erneut versucht. Sie erfahren von jedem, der am Ende nicht verschickt werden kann.',
    },
    todo: 'Verschicken Sie sie nicht ein zweites Mal. Ist ein Beleg dringend, wenden Sie sich an unseren Kundendienst.',
  },
};

export const platformUnavailable: IncidentKind<PlatformUnavailableEvent, Params> = {
  type: 'platform_unavailable',
  severity: 'warning',
  hears: (event) => ({ teamId: event.teamId, audience: audienceOf(event) }),
  troubleOf: ({ reason }) => reason,
  paramsOf: ({ since, reason, waiting }) => ({ kind: 'platform_unavailable', since, reason, waiting }),
  leadsTo: () => ({ to: 'deliveries', of: { status: 'waiting' } }),
  words: WORDS,
  word: ({ since, reason, waiting }, _count, locale) => {
    const { title, happened, means, todo } = WORDS[locale];
    return { title, blocks: [happened[reason](inWords(since, locale), waiting), means[reason], todo].map(textBlock) };
  },
};
