// Why a recipient may have received a second copy, and what to say if asked about it, in English.
export const secondCopy = {
  happened:
    'An earlier attempt ended without an answer from the mail server, so the e-mail was sent once more. Most mail programs show both as one.',
  ifAsked: 'If a recipient asks: both are the same document, to be booked and paid once.',
};
