// The e-mail that asks whether alerts may go to an address, in English.
export const confirmation = {
  subject: 'Confirm your e-mail address for notifications',
  asked: 'Somebody wants to receive notifications about the delivery of billing documents at this address.',
  byLink: 'If that was you, open this page, sign in and confirm. The link holds for 24 hours:',
  byCode: 'If that was you, enter this code in your notification preferences. It holds for 24 hours:',
  otherwise: 'If that was not you, you need do nothing: nothing is sent to this address unless it is confirmed.',
};
