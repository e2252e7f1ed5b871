// What alerts say about a document, by what happened to it, in English.
import { explainSecondCopy } from '@billing-mail/mail-core';
import { type DeliverySituation, type SituationWords } from '../situation-words.js';
import { documents } from './documents.js';

export const delivery: Record<DeliverySituation, SituationWords> = {
  failed: {
    titleOfMany: null,
    title: ({ document, count }) => (count > 1 ? `${documents(count)} could not be sent` : `${document} could not be sent`),
    happened: ({ document, count }) =>
      count > 1
        ? `${documents(count)} could not be sent, all for the same reason. The latest is: ${document}. They were sent to nobody.`
        : `${document} could not be sent. It was sent to nobody.`,
    means: null,
    todo: null,
  },
  failed_on_both_routes: {
    titleOfMany: null,
    title: ({ document, count }) => (count > 1 ? `${documents(count)} could not be sent` : `${document} could not be sent`),
    happened: ({ document, count }) =>
      count > 1
        ? `${documents(count)} could not be sent, neither by your own mail server nor by our platform. The latest is: ${document}. They were sent to nobody.`
        : `${document} could not be sent, neither by your own mail server nor by our platform. It was sent to nobody.`,
    means: null,
    todo: null,
  },
  partly_sent: {
    titleOfMany: (count) => `${documents(count)} were not sent to everybody`,
    title: ({ document }) => `${document} was not sent to everybody`,
    happened: ({ document, accepted, recipients }) => `${document} was sent to only ${accepted} of ${recipients} recipients.`,
    means: 'It is not sent a second time to the recipients to whom it has already gone.',
    todo: 'Fix the causes listed here (for example, correct a wrong address), then send the document again to these recipients only.',
  },
  uncertain: {
    titleOfMany: (count) => `${documents(count)}: not certain whether they arrived`,
    title: ({ document }) => `${document}: not certain whether it arrived`,
    happened: ({ document, accepted, recipients }) =>
      accepted === 0
        ? `It is not certain whether anybody has got it: ${document}.`
        : `${document} was certainly sent to ${accepted} of ${recipients} recipients.`,
    means: 'From now on it is not sent again automatically to recipients who may already have it, because they might get it twice.',
    todo: 'Ask these recipients whether the document has arrived, and send it again only to those who did not receive it.',
  },
  in_doubt: {
    titleOfMany: (count) => `${documents(count)}: not certain whether some recipients have them`,
    title: ({ document }) => `${document}: not certain whether some recipients have it`,
    happened: ({ document, accepted, recipients }) =>
      `${document} was certainly sent to ${accepted} of ${recipients} recipients so far. From now on it is not sent again automatically to those named here.`,
    means: 'Sending to the other recipients goes on. You receive a separate message when it ends.',
    todo: 'Ask those named here whether the document has arrived. Once sending has ended, send it again only to those who did not receive it.',
  },
  sent_after_doubt: {
    titleOfMany: (count) => `${documents(count)} were sent; second copies may have arrived`,
    title: ({ document }) => `${document} was sent; a second copy may have arrived`,
    happened: ({ document, recipients }) =>
      recipients === 1 ? `${document} was sent to its recipient.` : `${document} was sent to all ${recipients} recipients.`,
    means: null,
    todo: `You need not send anything. ${explainSecondCopy('en').ifAsked}`,
  },
  fell_back: {
    titleOfMany: null,
    title: ({ document, count, accepted, byPlatform }) => {
      if (count > 1) return `${documents(count)} were sent wholly or partly by our platform instead of your mail server`;
      if (byPlatform === accepted) return `${document} was sent by our platform, not by your mail server`;
      return `${document} was sent by our platform to those whom your mail server left out`;
    },
    happened: ({ document, count, accepted, recipients, byPlatform }) => {
      if (count > 1)
        return `Your own mail server did not accept ${documents(count)} for all recipients, so our platform sent them, with its own sender address, to those that were left. The latest is: ${document}. They were sent to all recipients, whose replies go to you.`;
      if (byPlatform === accepted)
        return `Your own mail server did not accept the document, so our platform sent it with its own sender address: ${document}. It was sent to all recipients, and their replies go to you.`;
      const share =
        byPlatform === null ? 'did not accept the document for all' : `accepted the document for ${accepted - byPlatform} of ${recipients}`;
      return `Your own mail server ${share} recipients, so our platform sent it to the others with its own sender address: ${document}. It was sent to all recipients, and their replies go to you.`;
    },
    means: 'Do not send anything again, or it will arrive twice.',
    todo: null,
  },
  cancelled: {
    titleOfMany: (count) => `${documents(count)}: sending cancelled`,
    title: ({ document }) => `${document}: sending cancelled`,
    happened: ({ document }) => `Sending was cancelled: ${document}. It was sent to nobody.`,
    means: null,
    todo: 'If that was not intended, send the document again.',
  },
  partly_cancelled: {
    titleOfMany: (count) => `${documents(count)}: sending cancelled after they went to some recipients`,
    title: ({ document }) => `${document}: sending cancelled after it went to some recipients`,
    happened: ({ document, accepted, recipients }) =>
      `Sending was cancelled when the document had already been sent to ${accepted} of ${recipients} recipients: ${document}.`,
    means: 'It was not sent to the other recipients.',
    todo: 'If that was not intended, send the document again to the other recipients.',
  },
};
