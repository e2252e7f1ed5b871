const inDigits = (count: number): string => count.toLocaleString('en');
const documents = (count: number): string => (count === 1 ? '1 document' : `${inDigits(count)} documents`);
const attempts = (count: number): string => (count === 1 ? '1 failed attempt' : `${inDigits(count)} failed attempts`);

/** What the page says about incidents, and about what else can be done with one delivery. */
export const incidentWords = {
  banner: (server: string, since: string) => `Sending through ${server} has been failing since ${since}.`,
  show: 'See what to do',
  title: (server: string) => `Trouble with ${server}`,
  facts: (since: string, failures: number, last: string) => `${attempts(failures)} since ${since}; the latest: ${last}.`,
  over: (when: string) => `It is over: a document was sent this way again on ${when}.`,
  turns: {
    team: 'Your team needs to act',
    operator: 'Whoever runs the mail server needs to act',
    platform: 'We are taking care of it',
  },
  mend: 'Open the settings',
  mendThenSend: 'Test the connection there and save. Documents that are still waiting are then sent automatically.',
  progressLabel: 'Documents that were sent',
  progress: (done: number, total: number) => `${inDigits(done)} of ${documents(total)} ${total === 1 ? 'was' : 'were'} sent or sent again.`,
  waiting: (count: number) => `${documents(count)} still under way.`,
  notSent: (count: number) => `${documents(count)} not sent: send again once the cause is fixed.`,
  list: 'Affected documents',
  search: 'Search these',
  ofDelivery: 'The mail server had trouble:',
  retryNow: 'Try now',
  reschedule: {
    open: 'Reschedule …',
    title: 'Reschedule',
    lead: 'We will not try to send it before this time.',
    field: 'Date and time',
    save: 'Set the time',
  },
  received: {
    open: 'Mark as received …',
    title: 'Mark as received?',
    lead: 'Do this once the recipient has confirmed that the document arrived. It then no longer needs attention.',
    field: 'Note (such as who said so)',
    save: 'Mark as received',
    by: (user: string, when: string) => `Marked as received by ${user} on ${when}`,
  },
  cancelledBy: (user: string) => `Cancelled by ${user}`,
};
