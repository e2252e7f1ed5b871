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
   * `open`: the end of data may go out, which sets `passed`; then the reply must be waited for. `closed`: the process ends, so no end of
   * data may go out whose reply it might not live to read.
   */
  gate: 'open' | 'passed' | 'closed';
};
