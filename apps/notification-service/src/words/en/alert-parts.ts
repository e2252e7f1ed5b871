import { type AlertParts } from '../alert-parts.js';
import { documents } from './documents.js';

export const alertParts: AlertParts = {
  documentTypes: { invoice: 'Invoice', credit_note: 'Credit note', reminder: 'Payment reminder', quote: 'Quote', other: 'Document' },
  seen: {
    broke: (server) =>
      `The whole e-mail had been sent off to the mail server${server}; then the connection broke off before the server confirmed that it has it.`,
    stalled: (server) => `The whole e-mail had been sent off to the mail server${server}; then no answer came in time.`,
    nonsense: (server) => `The whole e-mail had been sent off to the mail server${server}; what it answered cannot be understood.`,
    interrupted: (server) =>
      `Our system was interrupted while the e-mail was being sent to the mail server${server}; the answer of the server is not known.`,
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
  fallbackNote: 'Your own mail server did not accept the document for all recipients, so our platform went on with the others.',
  fieldErrors: 'What is wrong:',
  quoted: (foreign) => `“${foreign}”`,
  team: (teamId) => `Your team: ${teamId}`,
  ofMany: (count) => `This concerns ${documents(count)}. The latest is described here.`,
  serverReply: (reply) => `Reply from the mail server: ${reply}`,
  notByEmail: {
    waiting: 'This alert could not be sent to you by e-mail so far. We keep trying.',
    no_such_address: 'Not sent by e-mail: the address we have for you does not exist. Correct it in your notification preferences.',
    gave_up: 'Not sent by e-mail: for two days the mail server did not accept the e-mail to you. Tell our support.',
    uncertain: 'It is not certain whether this alert has also reached you by e-mail.',
  },
  digest: {
    title: (count) => `${count} alerts about your documents`,
    heading: 'See what happened, and what to do, in your Billing Mail inbox:',
  },
  links: {
    delivery: 'Open the delivery',
    deliveries: 'Open these deliveries',
    incident: 'See what to do',
    settings: 'Open the settings for e-mail delivery',
    webhooks: 'Open the webhooks',
    inbox: 'Open the inbox',
    preferences: 'Your notification preferences',
  },
  emailFooter:
    'You get this e-mail because you sent a document or are named as somebody to be told. You can switch these e-mails off in your notification preferences. Text in quotation marks and addresses come from others; some characters are shown in brackets, so that nothing of it can be opened by mistake.',
};
