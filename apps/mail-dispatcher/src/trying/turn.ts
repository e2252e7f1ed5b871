/** A delivery's turn at a server. A process that works on more deliveries than may talk to servers at a time hands turns out. */
export type Turn = {
  /**
   * True at once, or once it is its turn. False where it is not to go after all: the server met trouble meanwhile, or `signal` was aborted.
   * The turn ends with the hand that the delivery is in.
   */
  goToServer: (signal: AbortSignal) => true | Promise<boolean>;
  /** The server has only to answer: whoever is the next may begin, if that one goes the same way. Says whether one does. */
  passOn: () => boolean;
  /**
   * `open`: the end of data may go out, which makes it `passed`: the answer is worth waiting for. `closed`: the process ends, and nothing more goes
   * out whose answer it might not live to hear.
   */
  gate: 'open' | 'passed' | 'closed';
};
