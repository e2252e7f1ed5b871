// Why a document came back after it had been sent, in English, for the people in billing.
import { type BounceCatalogue } from '../bounce-words.js';

const ASK_CUSTOMER = 'Ask the customer for another address, or to have the cause put right, and send the document again.';
const LATER = 'Send the document again later. If it comes back once more, ask the customer for another address.';

export const bounces: BounceCatalogue = {
  no_such_address: {
    happened: 'This e-mail address does not exist.',
    todo: 'Check how the address is written, or ask the customer for the right one. Correct the address and send the document again.',
  },
  domain_not_found: {
    happened: 'The part of the e-mail address after the @ does not exist, or accepts no e-mails.',
    todo: 'Check how the address is written, or ask the customer for the right one. Correct the address and send the document again.',
  },
  mailbox_full: {
    happened: 'The mailbox of the recipient is full.',
    todo: 'Ask the customer to make room in the mailbox, or for another address, and send the document again.',
  },
  mailbox_disabled: {
    happened: 'The mailbox of the recipient is closed or no longer in use.',
    todo: 'Ask the customer for the present address, correct it, and send the document again.',
  },
  blocked: {
    happened: 'The mail server of the recipient accepts no e-mails from the server that sent the document.',
    todo: 'Tell our support, and ask the customer to let your e-mails pass. Then send the document again.',
  },
  content_refused: {
    happened: 'The mail server of the recipient refused the content of the e-mail, for instance as suspected spam.',
    todo: 'Ask the customer to let your e-mails pass, then send the document again.',
  },
  too_large: {
    happened: 'The e-mail with its attachments is too large for the mailbox of the recipient.',
    todo: 'Send the document with smaller or fewer attachments, or give it to the customer another way.',
  },
  relaying_denied: {
    happened: 'The mail server that is named for this e-mail address accepts no e-mails for it.',
    todo: 'Check how the address is written, or ask the customer for another one. Correct the address and send the document again.',
  },
  sender_refused: {
    happened: 'The mail server of the recipient does not accept e-mails from this sender.',
    todo: 'Tell our support, and ask the customer to let your e-mails pass. Then send the document again.',
  },
  recipient_refuses: {
    happened: 'The recipient does not accept e-mails from you: a rule of theirs or a list of allowed senders keeps them out.',
    todo: 'Ask the customer to allow your e-mails, or for another address, and send the document again.',
  },
  policy: { happened: 'The rules of the recipient’s mail server do not allow this e-mail.', todo: ASK_CUSTOMER },
  authentication: {
    happened: 'The mail server of the recipient does not trust the sender of the e-mail.',
    todo: 'Tell our support, and send the document again when they have put it right.',
  },
  rate_limited: {
    happened: 'The mail server of the recipient got too many e-mails at that time and did not accept this one.',
    todo: LATER,
  },
  unreachable: { happened: 'The mail server of the recipient could not be reached.', todo: LATER },
  routing_loop: { happened: 'The e-mail was passed round in a circle on the way to the recipient.', todo: ASK_CUSTOMER },
  expired: { happened: 'The mail server of the recipient did not accept the e-mail despite repeated attempts.', todo: LATER },
  system_error: { happened: 'The mail server of the recipient had trouble of its own and did not accept the e-mail.', todo: LATER },
  other: { happened: 'The e-mail came back. What the other server says does not tell clearly why.', todo: ASK_CUSTOMER },
};
