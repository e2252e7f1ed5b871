import { type FailureCode, type Route, type SeenForReply } from '@billing-mail/contracts';

/** What a reader is told of a failure; each part is one or more whole sentences. */
export type Explanation = {
  happened: string;
  /** What that means for mail handed to this server; it stays true if the mail then went out by another route. */
  means: string;
  todo: string;
};

export type GoingOn = 'byReader' | 'byItself' | 'byTest' | 'byOthers';

/**
 * The words of one language. `{server}` stands for the server's name with a space before it, or for nothing; `{again}` for a sentence of
 * `again`; `{inSettings}` for where to do it.
 */
export type FailureCatalogue = Readonly<Record<FailureCode, Explanation>> & {
  /**
   * How a failure that may pass goes on: the reader sends a settled document again, an open document is tried again by itself, a connection
   * test is repeated, and after a document that went out by another route the next ones are tried.
   */
  readonly again: Readonly<Record<GoingOn, string>>;
  /** Put before `happened` if the document has been sent since. */
  readonly earlier: string;
  /** Begins with a space. Left out for a connection test, because that is made in the settings themselves. */
  readonly inSettings: string;
  /** Added to `happened` if the server named a time. */
  readonly askedWait: string;
  /** Added to `happened` if the size of the e-mail and the server's limit are known. */
  readonly sizes: string;
  /** Added to `happened` if the server has not said how much it accepts. */
  readonly size: string;
  /** Added to `happened` if a limit of the team's own server makes the document wait. */
  readonly limit: Readonly<Record<'minute' | 'day', string>>;
  /** Singular and plural. */
  readonly time: Readonly<Record<'seconds' | 'minutes' | 'hours', readonly [one: string, several: string]>>;
  /** Added to `happened` if nobody knows whether the server accepted the mail: what was seen in place of its answer. */
  readonly seen: Readonly<Record<SeenForReply, string>>;
  /**
   * In place of `todo` if the document went out by another route because the document or a recipient, not the route, was refused. Sending
   * it again would duplicate it.
   */
  readonly askOwnServer: string;
  /** Whom to ask about a server, for `{operator}`. */
  readonly operator: Readonly<Record<Route, string>>;
  /** In place of `todo` when the platform's own server failed: nothing in the team's settings can mend it. */
  readonly platformTodo: string;
};
