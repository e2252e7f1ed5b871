import { type FailureCode, type Route, type SeenForReply } from '@billing-mail/contracts';

/** What a reader is told of a failure; each part is one or more whole sentences. */
export type Explanation = {
  happened: string;
  /** What that means for mail handed to this server; stays true when the mail then went out by another way. */
  means: string;
  todo: string;
};

export type GoingOn = 'byReader' | 'byItself' | 'byTest' | 'byOthers';

/** One language. `{server}` stands for the server's name with a space before it, or for nothing; `{again}` for a sentence of `again`; `{inSettings}` for where to do it. */
export type FailureCatalogue = Readonly<Record<FailureCode, Explanation>> & {
  /** How what may work later goes on: a settled document by the reader, an open one by itself, a connection test by testing, a document that went out another way by those that follow. */
  readonly again: Readonly<Record<GoingOn, string>>;
  /** With a space before it. A test of a connection is made right there, and says nothing of it. */
  readonly inSettings: string;
  /** Added to what happened where the server named a time. */
  readonly askedWait: string;
  /** The same where it is known how large the e-mail was and might have been. */
  readonly sizes: string;
  /** The same where the server has not said what it takes. */
  readonly size: string;
  /** Added to what happened where a limit of the team's own server makes it wait. */
  readonly limit: Readonly<Record<'minute' | 'day', string>>;
  /** One of them, and several. */
  readonly time: Readonly<Record<'seconds' | 'minutes' | 'hours', readonly [one: string, several: string]>>;
  /** Added to what happened where nobody knows whether the server took the mail: what was seen in place of its answer. */
  readonly seen: Readonly<Record<SeenForReply, string>>;
  /** In place of `todo` when the document went out another way and not the way but the document or a recipient was refused: to send it again would double it. */
  readonly askOwnServer: string;
  /** Whom to ask about a server, for `{operator}`. */
  readonly operator: Readonly<Record<Route, string>>;
  /** In place of `todo` when the platform's own server failed: nothing in the team's settings can mend it. */
  readonly platformTodo: string;
};
