import { QueryFailedError } from 'typeorm';

// Classes of SQLSTATE (PostgreSQL manual, appendix A): data exception, integrity constraint violation, program limit exceeded.
const CLASSES_OF_VALUES = ['22', '23', '54'];

/** Whether PostgreSQL refuses the values themselves, which it will never accept, rather than the statement. */
export function isValueRefused(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { code } = error.driverError as { code?: unknown };
  return typeof code === 'string' && CLASSES_OF_VALUES.includes(code.slice(0, 2));
}
