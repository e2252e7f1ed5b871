import { QueryFailedError } from 'typeorm';

// Classes of SQLSTATE (PostgreSQL manual, appendix A) that pass by themselves, so that the statement may be repeated.
const PASSING_CLASSES = ['08', '53', '57'];
const PASSING_STATES = ['40001', '40P01', '55P03', '25006', '25P03'];
const NETWORK_ERRORS = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
// Messages of errors to which node-postgres gives no code.
const PG_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|^timeout expired$|^query read timeout$|connection error|client was closed|not queryable/i;

/** Returns whether an error means that PostgreSQL does not answer now, as opposed to refusing the statement. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message, errors } = readError(error instanceof QueryFailedError ? error.driverError : error);
  // Node tries all addresses of a host name and reports them together.
  if (errors.some(isDatabaseAway)) return true;
  const isSqlState = /^[0-9A-Z]{5}$/.test(code);
  return (
    NETWORK_ERRORS.includes(code) ||
    PASSING_STATES.includes(code) ||
    (isSqlState && PASSING_CLASSES.includes(code.slice(0, 2))) ||
    PG_MESSAGES.test(message)
  );
}

function readError(error: unknown): { code: string; message: string; errors: unknown[] } {
  const { code, message, errors } = (error ?? {}) as { code?: unknown; message?: unknown; errors?: unknown };
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : '',
    errors: Array.isArray(errors) ? errors : [],
  };
}
