import { type FailureReason, type Locale, type ServerDownEvent } from '@billing-mail/contracts';
import { explainFailure } from '@billing-mail/mail-core';
import { audienceOf, type SinceTold } from '../alert.js';
import { replyBlocks, serverName, textBlock } from '../wording/blocks.js';
import { CATALOGUES } from '../wording/catalogues.js';
import { belege, documents } from '../wording/documents.js';
import { quotable } from '../wording/one-line.js';
import { type IncidentKind, inWords } from './incident.js';

type Params = { kind: 'server_down' } & Pick<ServerDownEvent, 'incidentId' | 'server' | 'since' | 'failure' | 'waiting'> &
  Partial<SinceTold>;

type Words = {
  title: (server: string) => string;
  /** Title once documents have failed for good. */
  titleFailed: (count: number, server: string) => string;
  happened: (since: string, waiting: number) => string;
  /** What happened to documents since the alert. */
  failedSince: (count: number) => string;
  fellBackSince: (count: number) => string;
  means: string;
};

const WORDS: Record<Locale, Words> = {
  en: {
    title: (server) => `Your mail server ${server} is not accepting mail`,
    titleFailed: (count, server) =>
      `${count === 1 ? '1 document was' : `${documents(count)} were`} not sent: your mail server ${server} is not accepting mail`,
    happened: (since, waiting) =>
      `Every try to hand documents to your mail server has failed since ${since}. ${waiting === 1 ? '1 document waits' : `${documents(waiting)} wait`} for it.`,
    means:
      'We keep trying to send the waiting documents. This alert counts those that cannot be sent in the end, or that go out by our platform because your settings allow it.',
    failedSince: (count) =>
      `${count === 1 ? '1 document' : documents(count)} could not be sent since: send again what failed once the cause is fixed.`,
    fellBackSince: (count) => `${count === 1 ? '1 document' : documents(count)} went out by our platform since.`,
  },
  de: {
    title: (server) => `Ihr Mailserver ${server} nimmt keine Belege an`,
    titleFailed: (count, server) =>
      `${count === 1 ? '1 Beleg wurde' : `${belege(count)} wurden`} nicht verschickt: Ihr Mailserver ${server} nimmt keine Belege an`,
    happened: (since, waiting) =>
      `Seit ${since} ist jeder Versuch misslungen, Ihrem Mailserver Belege zu übergeben. ${waiting === 1 ? '1 Beleg wartet' : `${belege(waiting)} warten`} auf ihn.`,
    means:
      'Der Versand der wartenden Belege wird von selbst erneut versucht. Diese Mitteilung zählt mit, wie viele am Ende nicht verschickt werden können oder über unsere Plattform verschickt werden, weil Ihre Einstellungen das erlauben.',
    failedSince: (count) =>
      `Seitdem nicht verschickt: ${count === 1 ? '1 Beleg' : belege(count)}. Verschicken Sie erneut, was gescheitert ist, sobald die Ursache behoben ist.`,
    fellBackSince: (count) => `Seitdem über unsere Plattform verschickt: ${count === 1 ? '1 Beleg' : belege(count)}.`,
  },
};

const ofServer = (server: string, { code }: FailureReason): string => `${server}|${code}`;

/** Returns the group key for the trouble of a server. */
export const troubleOfServer = (server: string, failure: FailureReason): string => `${serverDown.type}|${ofServer(server, failure)}`;

export const serverDown: IncidentKind<ServerDownEvent, Params> = {
  type: 'smtp_server_down',
  severity: 'warning',
  hears: (event) => ({ teamId: event.teamId, audience: audienceOf(event) }),
  troubleOf: ({ server, failure }) => ofServer(server, failure),
  paramsOf: ({ incidentId, server, since, failure, waiting }) => ({ kind: 'server_down', incidentId, server, since, failure, waiting }),
  leadsTo: ({ incidentId }) => (incidentId === undefined ? { to: 'settings' } : { to: 'incident', id: incidentId }),
  words: WORDS,
  word: (params, _count, locale) => {
    const words = CATALOGUES[locale];
    const { title, titleFailed, happened, means, failedSince, fellBackSince } = WORDS[locale];
    const server = words.quoted(quotable(serverName(params.server)));
    const why = explainFailure(params.failure, locale, 'custom', 'byItself');
    const sentences = [
      happened(inWords(params.since, locale), params.waiting),
      ...(params.failed ? [failedSince(params.failed)] : []),
      ...(params.fellBack ? [fellBackSince(params.fellBack)] : []),
    ];
    return {
      title: params.failed ? titleFailed(params.failed, server) : title(server),
      blocks: [...[sentences.join(' '), why.happened, means, why.todo].map(textBlock), ...replyBlocks(params.failure, words)],
    };
  },
};
