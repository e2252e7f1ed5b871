import { type Reply } from './reply.js';
import { type Capabilities } from './smtp-server.js';

/** The capabilities of a server that answered only HELO. */
export const NO_CAPABILITIES: Capabilities = {
  maxMessageBytes: null,
  size: false,
  recipientsAtMost: Infinity,
  smtpUtf8: false,
  pipelining: false,
  authMechanisms: [],
  startTls: false,
  dsn: false,
};

/**
 * Parses the extensions in an EHLO reply (RFC 5321 4.1.1.1; SIZE: RFC 1870; AUTH: RFC 4954; PIPELINING: RFC 2920; LIMITS: RFC 9422;
 * DSN: RFC 3461).
 */
export function parseCapabilities(ehlo: Reply): Capabilities {
  const lines = ehlo.lines.slice(1).map((line) => line.trim().toUpperCase());
  const size = lines.map((line) => /^SIZE\s+(\d{1,15})$/.exec(line)?.[1]).find((value) => value !== undefined);
  const recipients = lines.map((line) => /^LIMITS\b.*\sRCPTMAX=(\d{1,6})(?:\s|$)/.exec(line)?.[1]).find((value) => value !== undefined);
  return {
    // SIZE 0 means that there is no fixed limit.
    maxMessageBytes: Number(size ?? 0) || null,
    size: lines.some((line) => /^SIZE\b/.test(line)),
    recipientsAtMost: Number(recipients ?? 0) || Infinity,
    smtpUtf8: lines.includes('SMTPUTF8'),
    pipelining: lines.includes('PIPELINING'),
    // Servers older than RFC 2554 wrote "AUTH=PLAIN"; some still send both lines.
    authMechanisms: [...new Set(lines.filter((line) => /^AUTH[ =]/.test(line)).flatMap((line) => line.slice(5).split(/[\s=]+/)))],
    startTls: lines.includes('STARTTLS'),
    dsn: lines.includes('DSN'),
  };
}
