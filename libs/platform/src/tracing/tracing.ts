// Whether this service is traced, and by what. If it is not, nothing of OpenTelemetry is loaded.
import { readTraceparent } from '@billing-mail/contracts';
import { type Logger } from 'pino';
import { type OpenSpan, type SpanKind, type Tracer } from './span.js';
import { currentSpan, workOn } from './work-context.js';

export type TracingEnv = {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  OTEL_TRACES_SAMPLER_ARG: number;
  BUILD_COMMIT?: string | undefined;
};

/**
 * What a span is about. `parent` is the `traceparent` that came with the work. If it is missing or cannot be read, the current span is the
 * parent.
 */
export type SpanAbout = { parent?: unknown; deliveryId?: string | undefined; teamId?: string | undefined };

let tracer: Tracer | null = null;

export const isTracing = (): boolean => tracer !== null;

/** Begins to trace if the environment names a receiver of traces. To be called before the service is made. */
export async function startTracing(service: string, env: TracingEnv, logger: Logger): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: share, BUILD_COMMIT: version } = env;
  if (endpoint === undefined) return;
  const { openTracer } = await import('./open-telemetry.js');
  tracer = openTracer({ service, version, endpoint, share }, logger);
}

/** Ends tracing, when the service ends. */
export async function endTracing(): Promise<void> {
  const ending = tracer;
  tracer = null;
  await ending?.end();
}

/** Begins a span, which the caller must end. Returns `null` if nothing is traced. */
export function beginSpan(name: string, kind: SpanKind, { parent, deliveryId, teamId }: SpanAbout = {}): OpenSpan | null {
  if (tracer === null) return null;
  const span = tracer.begin(name, kind, readTraceparent(parent) ?? readTraceparent(currentSpan()?.traceparent));
  span.note({ ...(deliveryId && { 'billing_mail.delivery.id': deliveryId }), ...(teamId && { 'billing_mail.team.id': teamId }) });
  return span;
}

/** Returns the `traceparent` of the current span, to be passed on; `null` if there is none. */
export const currentTraceparent = (): string | null => currentSpan()?.traceparent ?? null;

const UNTRACED: { traceparent?: string } = {};
/** Returns the same as a field that is there or not. */
export function carriedTrace(): { traceparent?: string } {
  const span = currentSpan();
  return span === null ? UNTRACED : { traceparent: span.traceparent };
}

type Method = (...args: never[]) => Promise<unknown>;

/**
 * Makes each call of a method a span of the trace. If nothing is traced, the method is called as if this were not there.
 * @param about derives from the arguments what the span is about
 */
export function Traced(name: string, { kind = 'internal', about }: { kind?: SpanKind; about?: (...args: never[]) => SpanAbout } = {}) {
  return <M extends Method>(_target: object, _key: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    const method = descriptor.value as unknown as (...args: unknown[]) => Promise<unknown>;
    const aboutOf = about as ((...args: unknown[]) => SpanAbout) | undefined;
    const traced = function (this: unknown, ...args: unknown[]): Promise<unknown> {
      if (tracer === null) return method.apply(this, args);
      return inSpan(name, kind, aboutOf?.(...args) ?? {}, () => method.apply(this, args));
    };
    descriptor.value = traced as unknown as M;
  };
}

function inSpan<T>(name: string, kind: SpanKind, about: SpanAbout, run: () => Promise<T>): Promise<T> {
  const span = beginSpan(name, kind, about);
  return workOn({ span, ...(about.deliveryId === undefined ? {} : { deliveryId: about.deliveryId }) }, async () => {
    try {
      const result = await run();
      span?.end();
      return result;
    } catch (error) {
      span?.end(error);
      throw error;
    }
  });
}
