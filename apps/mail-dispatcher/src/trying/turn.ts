/** The turn of a delivery to talk to a server: a process works on more deliveries than may do so at a time. */
export type Turn = {
  /**
   * Resolves to true once it is the delivery's turn. Resolves to false if it must not go: the server is in trouble by now, or `signal` was
   * aborted. The turn ends when the hand is freed.
   */
  goToServer: (signal: AbortSignal) => true | Promise<boolean>;
  /** Call when only the server's reply is missing: the next delivery may begin if it uses the same route. Returns whether one does. */
  passOn: () => boolean;
  /**
   * `open`: the end of data may go out. `passed`: it may have gone out, so the process must wait for the reply. `closed`: the process is
   * about to end and might not read the reply, so no end of data may go out any more.
   */
  gate: 'open' | 'passed' | 'closed';
};
