// What the page says of documents that came back after they had been sent, in English.
const somebody = (address: string | null): string => address ?? 'one of the recipients';

export const bouncesWords = {
  cameBack: 'Came back',
  /** In place of the state of a delivery that was accepted first. */
  status: { failed: 'Came back', partly_sent: 'Came back from some recipients' },
  reports: {
    bounced: (address: string | null) =>
      address === null ? 'Came back, and the report does not say from whom' : `Came back from ${address}`,
    delayed: (address: string | null) => `Delayed on the way to ${somebody(address)}`,
    delivered: (address: string | null) => `Arrived at ${somebody(address)}`,
    relayed: (address: string | null) => `Passed on for ${somebody(address)}, to a server that reports nothing more`,
    expanded: (address: string | null) => `Passed on to everybody behind ${somebody(address)}`,
    complaint: (address: string | null) => `Marked as unwanted by ${somebody(address)}`,
    absence: (address: string | null) => `Absence note of ${somebody(address)}`,
    auto_reply: (address: string | null) => `Automatic answer of ${somebody(address)}`,
  },
  askAll: 'Ask your customers which of them does not have it.',
  reportedBy: (server: string) => `Reported by ${server}`,
  triedUntil: (when: string) => `That server tries until ${when}.`,
  rawReport: 'What the report says',
  bouncedBefore: (when: string) =>
    `Documents came back from this address, last on ${when}. Ask your customer for the right one in case this one comes back too.`,
  ownMailbox:
    'Your own mail server sends this. Should it come back, the report goes to your own mailbox, that of your sender address, and is not seen here.',
  correct: {
    open: 'Correct the address and send again …',
    title: 'Correct the address and send again',
    stillWrong: 'The document came back from this address.',
  },
};
