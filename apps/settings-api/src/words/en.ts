// What a test of a mail server and the end of a sign-in say, in English.
export const words = {
  callbackPage: {
    connected: 'Connected',
    notConnected: 'Not connected',
    close: 'You may close this window.',
  },
  testMessage: {
    subject: 'Billing Mail: test of your mail server',
    text: (server: string) =>
      `This is a test message.\n\nIf you can read it, Billing Mail can send e-mails through ${server}.\nYou need not do anything, and replies are not read.\n`,
  },
  /** What a test without an e-mail does not test, so that nobody believes that it was tested. */
  notAsked:
    'Not tested: whether the server accepts a whole e-mail, and whether it passes on e-mail to other addresses. Send a test e-mail to find out.',
  /** The same whether the name does not exist or leads into our network. */
  unreachedName: {
    detail: 'No mail server can be reached under that name from here.',
    hint: 'Check the spelling, and enter the public name of your mail server. Names that lead into a protected network are not used.',
  },
};
