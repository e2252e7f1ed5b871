import { type SmtpSession } from './session.js';

/** For whom a session is, and to which server and with which credentials. */
export type Way = {
  readonly scope: string;
  /** The same key for all messages that may share a session. */
  readonly key: string;
  /** The scope now uses another server or other credentials. */
  isRetired: boolean;
};

export type KeptSession = {
  readonly session: SmtpSession;
  readonly way: Way;
  /** Messages offered over it so far. */
  messages: number;
  /** It has carried a message or has been idle, so the server may have closed it. */
  isUsed: boolean;
  /** The server has the whole message and has not answered yet; the next message may already use the session. */
  isOffered: boolean;
  /** Another message has taken the session over. */
  isPassedOn: boolean;
  /** Runs while the session is idle. */
  idleTimer: NodeJS.Timeout | null;
};
