// What the page says about documents that came back after they had been sent, in English.
const s = (count: number, one: string, many = `${one}s`): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
const somebody = (address: string | null): string => address ?? 'one of the recipients';

export const bouncesWords = {
  cameBack: 'Came back',
  /** Replaces the status of a delivery that was accepted first. */
  status: { failed: 'Came back', partly_sent: 'Came back from some recipients' },
  reports: {
    bounced: (address: string | null) =>
      address === null ? 'Came back, and the report does not say from whom' : `Came back from ${address}`,
    delayed: (address: string | null) => `Delayed on the way to ${somebody(address)}`,
    delivered: (address: string | null) => `Arrived at ${somebody(address)}`,
    relayed: (address: string | null) => `Passed on for ${somebody(address)}, to a server that reports nothing more`,
    expanded: (address: string | null) => `Passed on to the mailing list of ${somebody(address)}`,
    complaint: (address: string | null) => `Marked as unwanted by ${somebody(address)}`,
    absence: (address: string | null) => `Out-of-office reply from ${somebody(address)}`,
    auto_reply: (address: string | null) => `Automatic reply from ${somebody(address)}`,
  },
  /** Replaces the address if there is only one recipient and the report is about somebody else. */
  passedOn: 'an address that it was passed on to',
  /** Replaces the status of an accepted recipient. */
  notKnown: 'Accepted by the mail server; a report came back without naming the recipient',
  askAll: 'Ask your customers which of them did not receive it.',
  reportedBy: (server: string) => `Reported by ${server}`,
  triedUntil: (when: string) => `That server keeps trying until ${when}.`,
  rawReport: 'What the report says',
  bouncedBefore: (when: string) =>
    `Documents came back from this address, last on ${when}. If this document comes back too, ask your customer for the right address.`,
  ownMailbox:
    'Your own mail server sends this document. If it comes back, the report goes to the mailbox of your sender address and cannot be shown here.',
  correct: {
    open: 'Correct the address and send again …',
    title: 'Correct the address and send again',
    stillWrong: 'The document came back from this address.',
    refused: 'The mail server did not accept this address.',
    chosenThen: 'It is selected as soon as you correct it.',
  },
  run: {
    title: 'Report on a billing run',
    lead: 'What became of the documents of a period, a type or a recurring series. Leave “From” empty for the last 30 days.',
    type: 'Type',
    allTypes: 'All types',
    series: 'Series',
    occurrence: 'Occurrence',
    occurrenceHint: 'such as 2026-11',
    summary: (documents: number, recipients: number) => `${s(documents, 'document')} to ${s(recipients, 'recipient')}`,
    countOf: (bounced: number, recipients: number, isRecent: boolean) =>
      `Came back from ${bounced.toLocaleString('en')} of ${s(recipients, 'recipient')}${isRecent ? ' in the last 30 days' : ''}.`,
    recipients: 'Recipients',
    documents: 'Documents',
    wentOut: 'Sent to',
    arrived: 'of these did not come back',
    cameBack: 'of these came back',
    uncertain: 'of these uncertain',
    refused: 'Not accepted by the mail server',
    underWay: 'Under way',
    cancelled: 'Cancelled',
    partly: 'Sent to some recipients only',
    toNobody: 'To nobody: not sent, or came back',
    whatIsKnown:
      '“Did not come back” means: the mail server accepted the document, and we have heard nothing else so far. Reports about what your own mail server sends go to your own mailbox, where we cannot see them.',
    csvColumns: [
      'Number',
      'Document ID',
      'Type',
      'Subject',
      'State',
      'Role',
      'Recipient',
      'State of recipient',
      'Since',
      'Answer',
      'Delivery ID',
    ],
  },
  undeliverable: {
    title: 'Undeliverable addresses',
    lead: 'Addresses from which documents came back for good. For 30 days each new document to one of them raises a warning; it is sent all the same. An address leaves the list once a document sent by our platform has not come back for a day.',
    empty: 'No undeliverable addresses',
    emptyText: 'There is no address on the list at present.',
    since: (when: string, until: string) => `Since ${when}, remembered until ${until}`,
    forget: 'Remove',
    forgetOf: (address: string) => `Remove ${address}`,
    forgotten: (address: string) => `${address} has been removed: the next document to it raises no warning.`,
    more: 'Show more',
    readOnly: 'Only admins of the team may remove addresses.',
    csvColumns: ['Address', 'Since', 'Remembered until', 'Reason', 'What the report says', 'Type', 'Number', 'Document ID', 'Delivery ID'],
  },
};
