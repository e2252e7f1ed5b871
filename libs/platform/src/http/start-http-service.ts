// The way every service starts: checks before it listens, answers problems in one form, ends in order on SIGTERM.
import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { AuthGuard } from '../auth/auth.guard.js';
import { type TokenSource, TokenVerifier } from '../auth/token-verifier.js';
import { EnvironmentError } from '../env/read-environment.js';
import { createLogger, type Logger, NestLogger } from '../observing/logger.js';
import { logRequests } from '../observing/request-log.js';
import { RefusedRequests } from '../observing/refused-requests.js';
import { measureRequests } from '../observing/request-times.js';
import { serveVersion } from '../observing/version.js';
import { type OperationExamples } from '../openapi/describe-operations.js';
import { serveOpenApi } from '../openapi/openapi.js';
import { type Schema } from '../postgres/data-source-options.js';
import { migrate, PendingMigrationsError } from '../postgres/migrate.js';
import { MissingFeatureError } from '../postgres/requirements.js';
import { endOnSignals, type RunningService } from '../shutdown/end-in-order.js';
import { EndingExpressAdapter } from './ending-express-adapter.js';
import { RateLimitGuard } from './limiting/rate-limit.guard.js';
import { RateLimiter } from './limiting/rate-limiter.js';
import { ProblemFilter } from './problem.filter.js';
import { readBodies } from './read-body.js';
import { traceRequests } from '../tracing/trace-requests.js';
import { answerRequestId } from './request-id.js';

export type HttpServiceOptions = {
  module: Type | DynamicModule;
  title: string;
  description: string;
  /** Shown in the description of the API. */
  examples?: OperationExamples;
  env: TokenSource & { HTTP_HOST: string; CONSOLE_ORIGIN?: string | undefined; BUILD_COMMIT?: string | undefined };
  logger: Logger;
  /** Largest body taken, in bytes. */
  bodyLimitBytes?: number;
  /** Largest text in an upload, in bytes. */
  uploadTextBytes?: number;
  /** Content types, besides JSON, whose bodies are accepted and passed on unchanged. */
  rawBodies?: readonly string[];
  /** How long a body may stand still, in milliseconds. */
  bodyIdleMs?: number;
  /** Whether every log line of a request names the request even if nothing is traced; see `workOn`. */
  logsRequestIds?: boolean;
  /** How long connections on which no answer is due are kept when the service ends, in milliseconds. */
  closeWithinMs?: number;
  /** How long the head of a request may take, in milliseconds. */
  headWithinMs?: number;
  /** Switches rate limits off, for tests of something else that run without `LimitingModule` and its Redis. */
  unlimited?: true;
  /** Does what else must be done before the app listens, such as registering a microservice. The app is closed if that fails. */
  prepare?: (app: NestExpressApplication) => Promise<void> | void;
};

/** Builds the app without listening; tests use it with their own module. */
export async function createHttpService(options: HttpServiceOptions): Promise<NestExpressApplication> {
  const refused = new RefusedRequests(options.logger);
  const adapter = new EndingExpressAdapter((kind) => refused.note(kind), options.closeWithinMs, options.headWithinMs);
  const app = await NestFactory.create<NestExpressApplication>(options.module, adapter, {
    logger: new NestLogger(options.logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.disable('x-powered-by');
  // For `request.ip`, by which requests without a token are limited: the proxies in front of the service have private addresses, and name
  // the client.
  app.set('trust proxy', ['loopback', 'linklocal', 'uniquelocal']);
  app.use(measureRequests);
  app.use(answerRequestId);
  app.use(traceRequests(options.logsRequestIds ?? true));
  app.use(keepNothing);
  app.use(logRequests(options.logger));
  app.use(helmet());
  if (options.env.CONSOLE_ORIGIN !== undefined) app.enableCors(corsFor(options.env.CONSOLE_ORIGIN));
  const verifier = new TokenVerifier(options.env);
  const { bodyLimitBytes: limitBytes = 1024 * 1024, uploadTextBytes = limitBytes, bodyIdleMs: idleMs = 10_000 } = options;
  app.use(readBodies(verifier, { limitBytes, uploadTextBytes, idleMs, rawTypes: options.rawBodies ?? [] }));
  const reflector = app.get(Reflector);
  app.useGlobalGuards(new AuthGuard(reflector, verifier));
  if (options.unlimited !== true) app.useGlobalGuards(new RateLimitGuard(reflector, app.get(RateLimiter, { strict: false })));
  app.useGlobalFilters(new ProblemFilter(options.logger, refused));
  serveOpenApi(app, options.title, options.description, options.examples ?? {});
  serveVersion(app, options.title, options.env.BUILD_COMMIT);
  try {
    await options.prepare?.(app);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

// Nearly every answer is private, so browsers and proxies must not store it, unless the answer itself says that they may.
function keepNothing(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Cache-Control', 'no-store');
  next();
}

// One origin by name; no credentials, as a token travels in a header that only the page itself can set.
const corsFor = (origin: string) => ({
  origin: [origin],
  methods: ['GET', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'If-Match', 'Idempotency-Key', 'Last-Event-ID'],
  exposedHeaders: ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
  maxAge: 600,
});

/**
 * Runs a service from `start` to its end. If the end takes too long, logs that and exits with code 1.
 * @param start resolves once the service listens
 */
export async function runService(name: string, start: () => Promise<RunningService>): Promise<void> {
  await runProgram(name, async () => {
    const starting = start();
    endOnSignals(starting, () => {
      createLogger(name, 'info').fatal('did not end in time');
      process.exit(1);
    });
    await starting;
  });
}

/** Errors whose message says all that an operator needs to know. */
const EXPLAINED = [EnvironmentError, PendingMigrationsError, MissingFeatureError];

/** Runs `main` of a service or of one of its programs. If it fails, logs why in one line and exits with code 1. */
export async function runProgram(name: string, main: () => Promise<unknown>): Promise<void> {
  // Files that a service writes are readable by their owner only.
  process.umask(0o077);
  try {
    await main();
  } catch (error) {
    const logger = createLogger(name, 'info');
    if (EXPLAINED.some((kind) => error instanceof kind)) logger.fatal((error as Error).message);
    else logger.fatal({ err: error }, 'could not start');
    process.exit(1);
  }
}

/** Runs the program that brings the schema of a service up to date. If it fails, logs why in one line and exits with code 1. */
export async function runMigration(service: string, databaseUrl: () => string, schema: Schema): Promise<void> {
  const name = `${service} migrate`;
  await runProgram(name, async () => {
    const ran = await migrate(databaseUrl(), schema);
    createLogger(name, 'info').info({ ran }, ran.length === 0 ? 'the schema is up to date' : 'the schema was migrated');
  });
}
