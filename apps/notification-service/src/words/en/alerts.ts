// What alerts of each kind say, in English; those about a document are in delivery.ts.
import { type CertificateUse, type JobRejectedEvent } from '@billing-mail/contracts';
import { type BounceSituation, type BounceWords, type CertificateWords, type SituationWords } from '../situation-words.js';
import { documents } from './documents.js';

const bounce: Record<BounceSituation, BounceWords> = {
  bounced: {
    title: ({ document }) => `${document} came back`,
    titleOfMany: (count) => `${documents(count)} to the same address came back`,
    happened: ({ document, accepted, recipients }) =>
      recipients === 1
        ? `${document} was sent, and came back: the recipient does not have it.`
        : accepted === 0
          ? `${document} was sent, and came back: none of the ${recipients} recipients has it.`
          : `${document} was sent, and came back from some of the ${recipients} recipients. Nothing has come back from ${accepted} of them.`,
    heading: 'These do not have it:',
    todo: 'Open the delivery to send it again: these recipients stand first there.',
  },
  unknown: {
    title: ({ document }) => `${document} came back, and it is not known from whom`,
    happened: ({ document, recipients }) =>
      `${document} was sent to ${recipients} recipients, and came back. The other server does not say from which of them.`,
    heading: 'These do not have it:',
    todo: 'Ask the recipients whether the document has arrived, and send it again only to those who did not receive it.',
  },
  passed_on: {
    title: ({ document }) => `${document}: a copy that was passed on came back`,
    happened: ({ document }) =>
      `${document} was sent, and passed on from there to another address. That copy came back; from the recipient nothing came back.`,
    heading: 'These do not have it:',
    todo: 'You need not send it again. To be sure, ask the recipient whether the document has arrived.',
  },
  complaint: {
    title: ({ document }) => `${document}: a recipient marked it as unwanted`,
    titleOfMany: (count) => `${documents(count)} were marked as unwanted`,
    happened: ({ document }) => `${document} has arrived, and a recipient marked it as unwanted advertising.`,
    heading: 'Marked as unwanted by:',
    todo: 'Ask the customer whether e-mail is the right way for documents. If documents are marked like that often, the mail server there may no longer let any through, to anybody.',
  },
  known_dead: {
    title: ({ document }) => `${document} goes to an address that documents came back from`,
    titleOfMany: (count) => `${documents(count)} go to an address that documents came back from`,
    happened: ({ document }) =>
      `${document} is being sent all the same, but a document that was sent there in the last 30 days came back. It will most likely come back, too.`,
    heading: 'Did not work before:',
    todo: 'Correct the address in the customer’s master data, so that the next documents arrive.',
  },
};

const rejection: Record<JobRejectedEvent['rejection']['reason'], SituationWords> = {
  invalid: {
    titleOfMany: (count) => `${documents(count)} were not accepted for sending`,
    title: ({ document }) => `${document} was not accepted for sending`,
    happened: ({ document }) => `What was handed over for sending is not complete or not valid: ${document}.`,
    means: 'The document was not sent to anybody.',
    todo: 'Correct the fields listed here and send the document again. If you do not know them, pass this alert on to those who look after your invoicing software.',
  },
  key_conflict: {
    titleOfMany: (count) => `${documents(count)} were not accepted: their keys are in use`,
    title: ({ document }) => `${document} was not accepted: its key is in use`,
    happened: ({ document }) => `Another document was handed over under the same key before: ${document}.`,
    means: 'The first one stays as it is; this one was not sent to anybody.',
    todo: 'If this is a new document, send it under a key of its own. Pass this alert on to those who look after your invoicing software.',
  },
  recurrence_conflict: {
    titleOfMany: (count) => `${documents(count)} were not accepted: they were handed over already`,
    title: ({ document }) => `${document} was not accepted: it was handed over already`,
    happened: ({ document }) => `The document for this period of the series was handed over before, under another key: ${document}.`,
    means: 'The first one stays as it is; this one was not sent to anybody, so that no customer gets the same document twice.',
    todo: 'If the recipients need it once more, send the first one again from the delivery log. If this is a different document, it needs an occurrence of its own: pass this alert on to those who look after your invoicing software.',
  },
  team_unknown: {
    titleOfMany: (count) => `${documents(count)} were not accepted: e-mail delivery is not set up`,
    title: ({ document }) => `${document} was not accepted: e-mail delivery is not set up`,
    happened: ({ document }) => `There are no settings for e-mail delivery yet, so the document was not accepted: ${document}.`,
    means: 'The document was not sent to anybody.',
    todo: 'Save the settings for e-mail delivery, then send the document again.',
  },
  given_up: {
    titleOfMany: (count) => `${documents(count)} could not be accepted for sending`,
    title: ({ document }) => `${document} was not accepted for sending`,
    happened: ({ document }) => `We tried several times to accept the document, and did not succeed: ${document}.`,
    means: 'The document was not sent to anybody. The cause is most likely on our side.',
    todo: 'Send the document again. If this happens once more, tell our support.',
  },
};

const SERVER_CERTIFICATE: Omit<CertificateWords, 'it'> = {
  named: (name) => `The certificate by which your mail server is trusted (${name})`,
  before: 'Once it has expired, your mail server is no longer trusted, and it sends no document any more.',
  after: 'Your mail server is no longer trusted, and it sends no document any more.',
  todo: 'Ask whoever runs your mail server for the new certificate, and set it in the settings for e-mail delivery.',
};

/** By what the certificate is for. */
const uses: Record<CertificateUse | 'platform', CertificateWords> = {
  platform: {
    it: 'The signing certificate of the platform',
    named: () => 'The certificate that the platform signs with',
    before: 'Once it has expired, documents that the platform sends wait until it is replaced. This does not count as a failed attempt.',
    after: 'Documents that the platform sends wait until it is replaced. This does not count as a failed attempt.',
    todo: 'Replace the file with a renewed certificate, and restart the dispatchers.',
  },
  signature: {
    it: 'Your signing certificate',
    named: (addresses) => `The certificate that your company signs with (${addresses})`,
    before:
      'Once it has expired, documents that are sent by your own mail server wait until there is a new one. This does not count as a failed attempt.',
    after: 'Documents that are sent by your own mail server wait. This does not count as a failed attempt.',
    todo: 'Order a new certificate and set it in the settings for e-mail delivery, or remove the old one there to send without a signature.',
  },
  authority: { it: 'The certificate of the authority of your mail server', ...SERVER_CERTIFICATE },
  pin: { it: 'The pinned certificate of your mail server', ...SERVER_CERTIFICATE },
  client: {
    it: 'The certificate that we present to your mail server',
    named: (name) => `The certificate that we present to your mail server (${name})`,
    before: 'Once it has expired, your mail server may no longer let us in, and no document is sent by it then.',
    after: 'Your mail server may no longer let us in, and no document is sent by it then.',
    todo: 'Have a new certificate issued and set it in the settings for e-mail delivery.',
  },
};

export const alerts = {
  bounce,
  rejection,
  server_down: {
    title: (server: string) => `Your mail server ${server} is not accepting mail`,
    /** Title once documents have failed for good. */
    titleFailed: (count: number, server: string) =>
      `${count === 1 ? '1 document was' : `${documents(count)} were`} not sent: your mail server ${server} is not accepting mail`,
    happened: (since: string, waiting: number) =>
      `Every attempt to hand documents to your mail server has failed since ${since}. ${waiting === 1 ? '1 document was' : `${documents(waiting)} were`} waiting for it when this alert was raised.`,
    means:
      'We keep trying to send the waiting documents. This alert counts those that cannot be sent in the end, or that are sent by our platform because your settings allow it.',
    /** What happened to documents since the alert. */
    failedSince: (count: number) =>
      `${count === 1 ? '1 document' : documents(count)} could not be sent since: send again what failed once the cause is fixed.`,
    fellBackSince: (count: number) => `${count === 1 ? '1 document was' : `${documents(count)} were`} sent by our platform since.`,
  },
  platform_unavailable: {
    title: 'Our platform cannot send your documents at the moment',
    happened: {
      signing_unavailable: (since: string, waiting: number) =>
        `The signature of our platform has not been usable since ${since}. ${waiting === 1 ? '1 of your documents waits' : `${waiting} of your documents wait`} for it.`,
      server_unavailable: (since: string, waiting: number) =>
        `The mail server of our platform has accepted nothing since ${since}. ${waiting === 1 ? '1 of your documents waits' : `${waiting} of your documents wait`} for it.`,
    },
    means: {
      signing_unavailable: 'These documents are sent automatically as soon as that is put right.',
      server_unavailable: 'We keep trying to send these documents. You are told of each that cannot be sent in the end.',
    },
    todo: 'Do not send them a second time. If one of them is urgent, tell our support.',
  },
  certificate_expiring: {
    title: (it: string, daysLeft: number) =>
      daysLeft < 0
        ? `${it} has expired`
        : daysLeft === 0
          ? `${it} expires today`
          : `${it} expires in ${daysLeft === 1 ? '1 day' : `${daysLeft} days`}`,
    validity: (named: string, until: string, daysLeft: number) => `${named} ${daysLeft < 0 ? 'was' : 'is'} valid until ${until}.`,
    uses,
  },
  webhook_off: {
    title: (host: string) => `Your webhook at ${host} was switched off`,
    happened: {
      failing: 'For five days it has accepted no message, so nothing is sent there any more.',
      gone: 'It answered that it is gone for good (410), so nothing is sent there any more.',
    },
    means:
      'Your programs do not hear what becomes of your documents meanwhile. What the webhook misses is kept and can be sent again. The documents themselves are sent as always.',
    todo: 'Have those who look after the webhook put it right, then switch it on again in the team settings under “Invoicing” and send what it missed from there.',
  },
};
