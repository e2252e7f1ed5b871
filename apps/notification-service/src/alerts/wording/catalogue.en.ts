import { type Catalogue } from './catalogue.js';

const documents = (count: number): string => `${count} documents`;

/** The words of alerts in English. */
export const ENGLISH: Catalogue = {
  documentTypes: { invoice: 'Invoice', credit_note: 'Credit note', reminder: 'Payment reminder', quote: 'Quote', other: 'Document' },
  situations: {
    failed: {
      titleOfMany: null,
      title: ({ document, count }) => (count > 1 ? `${documents(count)} could not be sent` : `${document} could not be sent`),
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} could not be sent, all for the same reason. The latest is: ${document}. They went out to nobody.`
          : `${document} could not be sent. It went out to nobody.`,
      means: null,
      todo: null,
    },
    failed_on_both_routes: {
      titleOfMany: null,
      title: ({ document, count }) => (count > 1 ? `${documents(count)} could not be sent` : `${document} could not be sent`),
      happened: ({ document, count }) =>
        count > 1
          ? `${documents(count)} could not be sent, neither through your own mail server nor by our platform. The latest is: ${document}. They went out to nobody.`
          : `${document} could not be sent, neither through your own mail server nor by our platform. It went out to nobody.`,
      means: null,
      todo: null,
    },
    partly_sent: {
      titleOfMany: (count) => `${documents(count)} did not go out to everybody`,
      title: ({ document }) => `${document} did not go out to everybody`,
      happened: ({ document, accepted, recipients }) => `${document} went out to only ${accepted} of ${recipients} recipients.`,
      means: 'It is not sent a second time to those to whom it has gone out.',
      todo: 'Correct the addresses listed here where they are wrong, and send the document again to these recipients only.',
    },
    uncertain: {
      titleOfMany: (count) => `${documents(count)}: not certain whether they arrived`,
      title: ({ document }) => `${document}: not certain whether it arrived`,
      happened: ({ document, accepted, recipients }) =>
        accepted === 0
          ? `It is not certain whether anybody has got it: ${document}.`
          : `${document} has certainly gone out to ${accepted} of ${recipients} recipients.`,
      means: 'It is not sent again by itself to those who may have it, because they might get it twice.',
      todo: 'Ask these recipients whether the document has arrived, and send it again only to those who miss it.',
    },
    in_doubt: {
      titleOfMany: (count) => `${documents(count)}: not certain whether some recipients have them`,
      title: ({ document }) => `${document}: not certain whether some recipients have it`,
      happened: ({ document, accepted, recipients }) =>
        `${document} has certainly gone out to ${accepted} of ${recipients} recipients so far, and is not sent again by itself to those named here.`,
      means: 'Sending to the other recipients goes on. You are told separately how that ends.',
      todo: 'Ask those named here whether the document has arrived. Once sending has ended, send it again only to those who miss it.',
    },
    sent_after_doubt: {
      titleOfMany: (count) => `${documents(count)} were sent; second copies may have arrived`,
      title: ({ document }) => `${document} was sent; a second copy may have arrived`,
      happened: ({ document, recipients }) =>
        recipients === 1 ? `${document} has gone out to its recipient.` : `${document} has gone out to all ${recipients} recipients.`,
      means: null,
      todo: 'There is nothing to send. If a recipient asks: both are the same document, to be booked and paid once.',
    },
    fell_back: {
      titleOfMany: null,
      title: ({ document, count, accepted, byPlatform }) => {
        if (count > 1) return `${documents(count)} were sent by our platform, not or not only through your mail server`;
        if (byPlatform === accepted) return `${document} was sent by our platform, not through your mail server`;
        return `${document} was sent by our platform to those whom your mail server left out`;
      },
      happened: ({ document, count, accepted, recipients, byPlatform }) => {
        if (count > 1)
          return `Your own mail server did not take ${documents(count)} for all recipients, so our platform sent them, with its own sender address, to those that were left. The latest is: ${document}. They have gone out to all recipients, whose replies go to you.`;
        if (byPlatform === accepted)
          return `Your own mail server did not take the document, so our platform sent it with its own sender address: ${document}. It has gone out to all recipients, and their replies go to you.`;
        const share =
          byPlatform === null ? 'did not take the document for all' : `took the document for ${accepted - byPlatform} of ${recipients}`;
        return `Your own mail server ${share} recipients, so our platform sent it to the others with its own sender address: ${document}. It has gone out to all recipients, and their replies go to you.`;
      },
      means: 'What was sent is sent: do not send it again, or it arrives twice.',
      todo: null,
    },
    cancelled: {
      titleOfMany: (count) => `${documents(count)} were cancelled`,
      title: ({ document }) => `${document} was cancelled`,
      happened: ({ document }) => `Sending was cancelled: ${document}. It went out to nobody.`,
      means: null,
      todo: 'If that was not intended, send the document again.',
    },
    partly_cancelled: {
      titleOfMany: (count) => `${documents(count)} were cancelled after they had gone out to some`,
      title: ({ document }) => `${document} was cancelled after it had gone out to some`,
      happened: ({ document, accepted, recipients }) =>
        `Sending was cancelled when the document had already gone out to ${accepted} of ${recipients} recipients: ${document}.`,
      means: 'To the other recipients it was not sent.',
      todo: 'If that was not intended, send the document again to the other recipients.',
    },
    invalid: {
      titleOfMany: (count) => `${documents(count)} were not accepted for sending`,
      title: ({ document }) => `${document} was not accepted for sending`,
      happened: ({ document }) => `What was handed over for sending is not complete or not valid: ${document}.`,
      means: 'The document was not sent to anybody.',
      todo: 'Correct the fields listed here and send the document again. If you do not know them, pass this message on to those who look after your billing software.',
    },
    key_conflict: {
      titleOfMany: (count) => `${documents(count)} were not accepted: their keys are in use`,
      title: ({ document }) => `${document} was not accepted: its key is in use`,
      happened: ({ document }) => `Another document was handed over under the same key before: ${document}.`,
      means: 'The first one stays as it is; this one was not sent to anybody.',
      todo: 'If this is a new document, send it under a key of its own. Pass this message on to those who look after your billing software.',
    },
    recurrence_conflict: {
      titleOfMany: (count) => `${documents(count)} were not accepted: they were handed over already`,
      title: ({ document }) => `${document} was not accepted: it was handed over already`,
      happened: ({ document }) => `The document for this period of the series was handed over before, under another key: ${document}.`,
      means: 'The first one stays as it is; this one was not sent to anybody, so that no customer gets the same document twice.',
      todo: 'If the recipients need it once more, send the first one again from the delivery log. If this is a different document, it needs an occurrence of its own: pass this message on to those who look after your billing software.',
    },
    team_unknown: {
      titleOfMany: (count) => `${documents(count)} were not accepted: e-mail delivery is not set up`,
      title: ({ document }) => `${document} was not accepted: e-mail delivery is not set up`,
      happened: ({ document }) => `There are no settings for e-mail delivery yet, so the document was not accepted: ${document}.`,
      means: 'The document was not sent to anybody.',
      todo: 'Save the settings for e-mail delivery, then send the document again.',
    },
    given_up: {
      titleOfMany: (count) => `${documents(count)} could not be taken in for sending`,
      title: ({ document }) => `${document} was not accepted for sending`,
      happened: ({ document }) => `We tried several times to take the document in, and did not succeed: ${document}.`,
      means: 'The document was not sent to anybody. The cause is most likely on our side.',
      todo: 'Send the document again. If this happens once more, pass this message on to those who run the e-mail delivery.',
    },
  },
  incidents: {
    serverDown: {
      title: (server) => `Your mail server ${server} takes no documents`,
      happened: (since, waiting) =>
        `Every try to hand documents to your mail server has failed since ${since}. ${waiting === 1 ? '1 document waits' : `${documents(waiting)} wait`} for it.`,
      means:
        'The waiting documents are tried again by themselves. This message counts those that cannot be sent in the end, or that go out by our platform because your settings allow it.',
      failedSince: (count) =>
        `${count === 1 ? '1 document' : documents(count)} could not be sent since: send again what failed once the cause is mended.`,
      fellBackSince: (count) => `${count === 1 ? '1 document' : documents(count)} went out by our platform since.`,
    },
    platformUnavailable: {
      title: 'Our platform cannot send your documents at the moment',
      happened: {
        signing_unavailable: (since, waiting) =>
          `The signature of our platform has not been usable since ${since}. ${waiting === 1 ? '1 of your documents waits' : `${waiting} of your documents wait`} for it.`,
        server_unavailable: (since, waiting) =>
          `The mail server of our platform has taken nothing since ${since}. ${waiting === 1 ? '1 of your documents waits' : `${waiting} of your documents wait`} for it.`,
      },
      means: {
        signing_unavailable: 'These documents go out by themselves as soon as that is put right.',
        server_unavailable: 'These documents are tried again by themselves. You are told of each that cannot be sent in the end.',
      },
      todo: 'Do not send them a second time. If one of them is urgent, tell our support.',
    },
    certificateExpiring: {
      title: (daysLeft) =>
        daysLeft <= 0
          ? 'The signing certificate of the platform has expired'
          : `The signing certificate of the platform expires in ${daysLeft === 1 ? '1 day' : `${daysLeft} days`}`,
      happened: (until) => `The certificate that the platform signs with is valid until ${until}.`,
      means: 'Once it has expired, documents on the way of the platform wait until it is replaced. They lose no tries.',
      todo: 'Put a renewed certificate in the place of the file, and restart the dispatchers.',
    },
    ownCertificateExpiring: {
      title: (daysLeft) =>
        daysLeft < 0
          ? 'Your signing certificate has expired'
          : daysLeft === 0
            ? 'Your signing certificate expires today'
            : `Your signing certificate expires in ${daysLeft === 1 ? '1 day' : `${daysLeft} days`}`,
      happened: (until, addresses) => `The certificate that your company signs with (${addresses}) is valid until ${until}.`,
      means: (hasEnded) =>
        hasEnded
          ? 'Documents that go out by your own mail server wait. They lose no tries.'
          : 'Once it has expired, documents that go out by your own mail server wait until there is a new one. They lose no tries.',
      todo: 'Order a new certificate and set it in the settings for e-mail delivery, or remove the old one there to send without a signature.',
    },
    webhookOff: {
      title: (host) => `Your webhook at ${host} was switched off`,
      happened: {
        failing: 'For five days it has taken no message, so nothing is sent there any more.',
        gone: 'It answered that it is gone for good (410), so nothing is sent there any more.',
      },
      means:
        'Your programs do not hear what becomes of your documents meanwhile. What the webhook misses is kept and can be sent again. The documents themselves go out as always.',
      todo: 'Have those who look after the webhook put it right, then switch it on again in the team settings under “Invoicing” and have sent again there what it missed.',
    },
  },
  bounces: {
    bounced: {
      title: ({ document }) => `${document} came back`,
      titleOfMany: (count) => `${documents(count)} to the same address came back`,
      happened: ({ document, accepted, recipients }) =>
        recipients === 1
          ? `${document} was sent, and came back: the recipient does not have it.`
          : accepted === 0
            ? `${document} was sent, and came back: none of the ${recipients} recipients has it.`
            : `${document} was sent, and came back from some of the ${recipients} recipients. From ${accepted} nothing has come back.`,
      heading: 'These do not have it:',
      todo: 'Open the delivery to send it again: these recipients are chosen there already.',
    },
    unknown: {
      title: ({ document }) => `${document} came back from one of its recipients`,
      titleOfMany: (count) => `${documents(count)} came back`,
      happened: ({ document, recipients }) =>
        `${document} was sent to ${recipients} recipients, and came back from one of them. The other server does not say from whom.`,
      heading: 'These do not have it:',
      todo: 'Ask the recipients whether the document has arrived, and send it again only to those who miss it.',
    },
    complaint: {
      title: ({ document }) => `${document}: a recipient marked it as unwanted`,
      titleOfMany: (count) => `${documents(count)} were marked as unwanted`,
      happened: ({ document }) => `${document} has arrived, and a recipient marked it as unwanted advertising.`,
      heading: 'Marked as unwanted by:',
      todo: 'Ask the customer whether e-mail is the right way for documents. What is marked like that often may no longer reach anybody there.',
    },
    known_dead: {
      title: ({ document }) => `${document} goes to an address that documents came back from`,
      titleOfMany: (count) => `${documents(count)} go to an address that documents came back from`,
      happened: ({ document }) =>
        `${document} is being sent all the same, but a document that was sent there in the last 30 days came back. It will most likely come back, too.`,
      heading: 'Did not work before:',
      todo: 'Correct the address where the data of the customer are kept, so that the next documents arrive.',
    },
  },
  seen: {
    broke: (server) =>
      `The whole e-mail had been sent off to the mail server${server}; then the connection broke off before the server confirmed that it has it.`,
    stalled: (server) => `The whole e-mail had been sent off to the mail server${server}; then no answer came in time.`,
    nonsense: (server) => `The whole e-mail had been sent off to the mail server${server}; what it answered cannot be understood.`,
    interrupted: (server) =>
      `Our system was interrupted while the e-mail was going out to the mail server${server}; the answer of the server is not known.`,
    unknown: (server) => `The e-mail had been sent off to the mail server${server}, which did not confirm that it has it.`,
  },
  roles: { to: null, cc: 'copy', bcc: 'blind copy' },
  noReason: {
    cancelled: 'Sending was cancelled.',
    bounced: 'The message came back.',
    other: 'The reason is not known.',
  },
  notReached: 'Not sent to:',
  mayHave: 'These may have it:',
  mayHaveTwice: 'These may have got it twice:',
  more: (count) => `and ${count} more`,
  secondCopyNote:
    'An earlier try ended without an answer from the mail server, so the e-mail was sent once more. Most mail programs show both as one.',
  fallbackNote: 'Your own mail server did not take the document for all recipients, so our platform went on with the others.',
  fieldErrors: 'What is wrong:',
  quoted: (foreign) => `“${foreign}”`,
  team: (teamId) => `Your team: ${teamId}`,
  ofMany: (count) => `This concerns ${documents(count)}. The latest is described here.`,
  serverReply: (reply) => `Answer of the mail server: ${reply}`,
  notByEmail: {
    waiting: 'This message could not be sent to you by e-mail so far. That is tried again by itself.',
    no_such_address: 'Not sent by e-mail: the address that is known of you does not exist. Correct it in your notification preferences.',
    gave_up: 'Not sent by e-mail: for two days the mail server has not taken the e-mail to you. Tell our support.',
    uncertain: 'It is not certain whether this message has also reached you by e-mail.',
  },
  digest: {
    title: (count) => `${count} messages about your documents`,
    heading: 'You find what happened, and what to do, in your inbox:',
  },
  links: {
    delivery: 'Open the delivery',
    deliveries: 'Open these deliveries',
    incident: 'Open the incident',
    settings: 'Open the settings for e-mail delivery',
    webhooks: 'Open the webhooks',
    inbox: 'Open the inbox',
    preferences: 'Your notification preferences',
  },
  emailFooter:
    'You get this e-mail because you sent a document or are named as somebody to be told. You can switch these e-mails off in your notification preferences. Text in quotation marks and addresses come from others; some of their signs stand in brackets, so that nothing of it can be opened by mistake.',
};
