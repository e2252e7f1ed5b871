export type AuthAttempt = {
  mechanism: string;
  username: string;
  password: string;
  encrypted: boolean;
  accepted: boolean;
  /** The line that came after `tokenChallenge`. */
  answerToChallenge?: string | null;
};

/** One MAIL command and what followed. */
export type SmtpTransaction = {
  connection: number;
  from: string;
  recipients: { address: string; accepted: boolean }[];
  /** Whether DATA was accepted, so that the body could begin. */
  dataBegun: boolean;
  /** Whether the end of data has come, whatever the answer was. */
  endOfDataSeen: boolean;
  /** The message without dot-stuffing and the final dot; `null` until the end of data. */
  raw: Buffer | null;
  sha256: string | null;
  encrypted: boolean;
  username: string | null;
};

export type SmtpConnectionRecord = {
  id: number;
  tls: string | null;
  /** Whether the TLS session of an earlier connection was resumed. */
  tlsResumed: boolean;
  /** The name that the client asked for in the TLS handshake (SNI). */
  serverName: string | null;
  /** Commands as they came, credentials included. */
  commands: string[];
  authAttempts: AuthAttempt[];
  transactions: SmtpTransaction[];
  open: boolean;
};
