import { type Catalogue } from './catalogue.js';

const documents = (count: number): string => `${count} documents`;

/** The words of alerts in English. */
export const ENGLISH: Catalogue = {
  documentTypes: { invoice: 'Invoice', credit_note: 'Credit note', reminder: 'Payment reminder', quote: 'Quote', other: 'Document' },
  situations: {
    failed: {
      title: ({ document, count }) => (count > 1 ? `${documents(count)} could not be sent` : `${document} could not be sent`),
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} could not be sent, all for the same reason. The latest is: ${document}. No recipient has got them.`
          : `${document} could not be sent. No recipient has got it.`,
      means: null,
      todo: null,
    },
    failed_on_both_routes: {
      title: ({ document, count }) => (count > 1 ? `${documents(count)} could not be sent` : `${document} could not be sent`),
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} could not be sent, neither through your own mail server nor by our platform. The latest is: ${document}. No recipient has got them.`
          : `${document} could not be sent, neither through your own mail server nor by our platform. No recipient has got it.`,
      means: null,
      todo: null,
    },
    partly_sent: {
      title: ({ document }) => `${document} did not reach everybody`,
      happened: ({ document, accepted, recipients }) => `${document} reached ${accepted} of ${recipients} recipients.`,
      means: 'Those who have it will not get it a second time.',
      todo: 'Check the addresses listed here, correct them where needed, and send the document again to these recipients only.',
    },
    uncertain: {
      title: ({ document }) => `${document}: not certain whether it arrived`,
      happened: ({ document, accepted, recipients }) =>
        `The mail server received all of the message, but the connection broke before it confirmed that. ${document} reached ${accepted} of ${recipients} recipients for certain.`,
      means: 'The recipients listed here may or may not have got it. It is not sent again by itself, because they might get it twice.',
      todo: 'Ask these recipients whether the document has arrived, and send it again only to those who miss it.',
    },
    fell_back: {
      title: ({ document, count }) =>
        count > 1
          ? `${documents(count)} were sent by our platform, not through your mail server`
          : `${document} was sent by our platform, not through your mail server`,
      happened: ({ document, count }) =>
        count > 1
          ? `Your own mail server could not be used, so our platform sent ${documents(count)} with its own sender address. The latest is: ${document}. All recipients have got them, and their replies go to you.`
          : `Your own mail server could not be used, so our platform sent the document with its own sender address: ${document}. All recipients have got it, and their replies go to you.`,
      means: null,
      todo: null,
    },
    cancelled: {
      title: ({ document }) => `${document} was cancelled`,
      happened: ({ document }) => `Sending was cancelled: ${document}. No recipient has got it.`,
      means: null,
      todo: 'If that was not intended, send the document again.',
    },
    partly_cancelled: {
      title: ({ document }) => `${document} was cancelled after a part had been sent`,
      happened: ({ document, accepted, recipients }) =>
        `Sending was cancelled when the document had already reached ${accepted} of ${recipients} recipients: ${document}.`,
      means: 'The other recipients have not got it.',
      todo: 'If that was not intended, send the document again to the other recipients.',
    },
    invalid: {
      title: ({ document }) => `${document} was not accepted for sending`,
      happened: ({ document }) => `What was handed over for sending is not complete or not valid: ${document}.`,
      means: 'The document was not sent to anybody.',
      todo: 'Correct the fields listed here and send the document again. If you do not know them, pass this message on to those who look after your billing software.',
    },
    key_conflict: {
      title: ({ document }) => `${document} was not accepted: its key is in use`,
      happened: ({ document }) => `Another document was sent under the same key before: ${document}.`,
      means: 'The first one stays as it is; this one was not sent to anybody.',
      todo: 'If this is a new document, send it under a key of its own. Pass this message on to those who look after your billing software.',
    },
    recurrence_conflict: {
      title: ({ document }) => `${document} was not accepted: it was handed over already`,
      happened: ({ document }) => `The document for this period of the series was handed over before, under another key: ${document}.`,
      means: 'The first one stays as it is; this one was not sent to anybody, so that no customer gets the same document twice.',
      todo: 'If the recipients need it once more, send the first one again from the delivery log. If this is a different document, it needs an occurrence of its own: pass this message on to those who look after your billing software.',
    },
    team_unknown: {
      title: ({ document }) => `${document} was not accepted: e-mail delivery is not set up`,
      happened: ({ document }) => `There are no settings for e-mail delivery yet, so the document was not accepted: ${document}.`,
      means: 'The document was not sent to anybody.',
      todo: 'Save the settings for e-mail delivery, then send the document again.',
    },
    given_up: {
      title: ({ document }) => `${document} was not accepted for sending`,
      happened: ({ document }) => `We tried several times to take the document in, and did not succeed: ${document}.`,
      means: 'The document was not sent to anybody. The cause is most likely on our side.',
      todo: 'Send the document again. If this happens once more, pass this message on to those who run the e-mail delivery.',
    },
  },
  roles: { to: null, cc: 'copy', bcc: 'blind copy' },
  noReason: {
    uncertain: 'It is not certain whether the document arrived.',
    cancelled: 'Sending was cancelled.',
    bounced: 'The message came back.',
    other: 'The reason is not known.',
  },
  notReached: 'Not reached:',
  more: (count) => `and ${count} more`,
  fallbackNote: 'Your own mail server could not be used, so our platform sent the document.',
  fieldErrors: 'What is wrong:',
  serverReply: (reply) => `Answer of the mail server: ${reply}`,
  emailFooter:
    'You get this e-mail because you sent the document or are named as somebody to be told. You can switch these e-mails off in your notification preferences.',
};
