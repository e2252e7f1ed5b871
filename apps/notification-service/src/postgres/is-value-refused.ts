import { QueryFailedError } from 'typeorm';

// Classes of SQLSTATE (PostgreSQL manual, appendix A): data exception, integrity constraint violation, program limit exceeded.
const CLASSES_OF_VALUES = ['22', '23', '54'];

/** Whether PostgreSQL refuses what it was given to keep, as opposed to how it was asked: these values it will never take. */
export function isValueRefused(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { code } = error.driverError as { code?: unknown };
  return typeof code === 'string' && CLASSES_OF_VALUES.includes(code.slice(0, 2));
}
