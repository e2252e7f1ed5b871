// Words for what befell a way out: since when, what waits for it, and who has to do what.
import { type Locale } from '@billing-mail/contracts';
import { explainFailure } from '@billing-mail/mail-core';
import { type IncidentParams } from '../alert.js';
import { type AlertText, replyBlocks, serverName, textBlock } from './blocks.js';
import { type Catalogue } from './catalogue.js';
import { quotable } from './one-line.js';

export function wordIncident(params: IncidentParams, words: Catalogue, locale: Locale): AlertText {
  const { incidents } = words;
  switch (params.kind) {
    case 'server_down': {
      const { title, happened, means, failedSince, fellBackSince } = incidents.serverDown;
      const why = explainFailure(params.failure, locale, 'custom', 'byItself');
      return {
        title: title(words.quoted(quotable(serverName(params.server)))),
        blocks: [
          textBlock(
            [
              happened(inWords(params.since, locale), params.waiting),
              ...(params.failed ? [failedSince(params.failed)] : []),
              ...(params.fellBack ? [fellBackSince(params.fellBack)] : []),
            ].join(' '),
          ),
          ...[why.happened, means, why.todo].map(textBlock),
          ...replyBlocks(params.failure, words),
        ],
      };
    }
    case 'platform_unavailable': {
      const { title, happened, means, todo } = incidents.platformUnavailable;
      return {
        title,
        blocks: [happened[params.reason](inWords(params.since, locale), params.waiting), means[params.reason], todo].map(textBlock),
      };
    }
    case 'certificate_expiring': {
      const { title, happened, means, todo } = incidents.certificateExpiring;
      return { title: title(params.daysLeft), blocks: [happened(inWords(params.notAfter, locale)), means, todo].map(textBlock) };
    }
    case 'own_certificate_expiring': {
      const { title, happened, means, todo } = incidents.ownCertificateExpiring;
      const addresses = params.addresses.map((address) => quotable(address)).join(', ');
      return {
        title: title(params.daysLeft),
        blocks: [happened(inWords(params.notAfter, locale), addresses), means(params.daysLeft < 0), todo].map(textBlock),
      };
    }
    case 'webhook_off': {
      const { title, happened, means, todo } = incidents.webhookOff;
      return { title: title(words.quoted(quotable(params.host))), blocks: [happened[params.reason], means, todo].map(textBlock) };
    }
  }
}

/** With its zone, as nobody knows that of the reader. */
const inWords = (time: string, locale: Locale): string =>
  `${new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'de-DE', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(time))} UTC`;
