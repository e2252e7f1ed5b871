import { type FailureCode } from '@billing-mail/contracts';

/** What a reader is told of a failure; each part is one or more whole sentences. */
export type Explanation = {
  happened: string;
  /** What that means for mail handed to this server; stays true when the mail then went out by another way. */
  means: string;
  todo: string;
};

export type GoingOn = 'byReader' | 'byItself' | 'byTest';

/** One language. `{server}` stands for the server's name with a space before it, or for nothing; `{again}` for a sentence of `again`. */
export type FailureCatalogue = Readonly<Record<FailureCode, Explanation>> & {
  /** How what may work later goes on: a settled document by the reader, an open one by itself, a connection test by testing. */
  readonly again: Readonly<Record<GoingOn, string>>;
  /** Added to what happened where the server named a time. */
  readonly askedWait: string;
  /** The same where it is known how large the e-mail was and might have been. */
  readonly sizes: string;
  /** One of them, and several. */
  readonly time: Readonly<Record<'seconds' | 'minutes' | 'hours', readonly [one: string, several: string]>>;
  /** In place of `todo` when the platform's own server failed: nothing in the team's settings can mend it. */
  readonly platformTodo: string;
};
