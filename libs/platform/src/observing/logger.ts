import { type LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { currentFields, NO_FIELDS } from '../tracing/work-context.js';
import { TroubleLog } from './trouble-log.js';

export type { Logger } from 'pino';

/**
 * Fields in which errors of PostgreSQL quote rows, keys, JSON and statements. The message names the table, the column or the constraint,
 * and stays.
 */
const QUOTED_BY_ERRORS = ['query', 'parameters', 'detail', 'where', 'internalQuery'];

/**
 * Creates the log of a service: JSON lines, on standard output unless `to` is given. Fields that could hold a secret or an address are cut
 * out.
 */
export function createLogger(service: string, level: string, to?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service, pid: process.pid },
    // Adds what is being worked on, unless the line says it itself.
    mixin: currentFields,
    mixinMergeStrategy: (line, fields) => (fields === NO_FIELDS ? line : { ...fields, ...line }),
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        'password',
        'passwordSealed',
        'authorization',
        '*.password',
        '*.passwordSealed',
        '*.authorization',
        'req.headers',
        'err.options',
        ...['err', 'err.driverError', 'err.aggregateErrors[*]', 'err.aggregateErrors[*].driverError'].flatMap((error) =>
          QUOTED_BY_ERRORS.map((field) => `${error}.${field}`),
        ),
      ],
      censor: '[cut]',
    },
  };
  return pino(options, to);
}

// The names under which the two ends of Nest's Redis transport log. Each has two connections that fail once a second while Redis is away.
const TRANSPORT_CONTEXTS: unknown[] = ['Server', 'ClientProxy'];

/** Writes Nest's own messages to the same log. */
export class NestLogger implements LoggerService {
  private readonly transportTrouble: TroubleLog;
  constructor(private readonly logger: Logger) {
    this.transportTrouble = new TroubleLog(logger);
  }
  log(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message));
  }
  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context }, String(message));
  }
  error(message: unknown, stack?: unknown, context?: unknown): void {
    if (message instanceof Error && TRANSPORT_CONTEXTS.includes(context)) {
      this.transportTrouble.tell(message, { step: 'redis-transport' }, 'trouble with Redis');
      return;
    }
    this.logger.error({ context, stack }, String(message));
  }
  debug(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message));
  }
  verbose(message: unknown, context?: unknown): void {
    this.logger.trace({ context }, String(message));
  }
  fatal(message: unknown, context?: unknown): void {
    this.logger.fatal({ context }, String(message));
  }
}
