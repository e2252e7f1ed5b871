import { type ReceivedSpan, startTraceReceiver, type TraceReceiver } from '@billing-mail/testkit';
import { createLogger, type Logger } from '../observing/logger.js';
import { beginSpan, carriedTrace, currentTraceparent, endTracing, startTracing, Traced } from './tracing.js';
import { currentFields, NO_FIELDS, workOn } from './work-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
}

class Office {
  @Traced('outer', {
    kind: 'consumer',
    about: (job: { traceparent?: unknown; id: string }) => ({ parent: job.traceparent, deliveryId: job.id }),
  })
  async outer(job: { traceparent?: unknown; id: string }): Promise<unknown[]> {
    return [job.id, carriedTrace(), currentFields(), await this.inner(1, 2).catch((error: Error) => error.message)];
  }

  @Traced('inner')
  private async inner(first: number, second: number): Promise<number> {
    if (first + second === 3) throw new AddressRefusedError('clerk@acme.example is unknown');
    return first + second;
  }
}

const logger = createLogger('test', 'silent');

describe('where nothing is traced', () => {
  it('loads nothing of the SDK, calls methods as they are and keeps nothing of them', async () => {
    await startTracing('test', { OTEL_TRACES_SAMPLER_ARG: 1 }, logger);
    expect(Object.keys(require.cache).filter((file) => /@opentelemetry\/(?!api\/)/.test(file))).toEqual([]);
    const done = await new Office().outer({ id: 'd1', traceparent: `00-${TRACE}-${SPAN}-01` });
    expect(done).toEqual(['d1', {}, {}, 'clerk@acme.example is unknown']);
    // The same object each time: none is made for a log line or an event.
    expect([carriedTrace() === carriedTrace(), currentFields() === NO_FIELDS, beginSpan('x', 'internal'), currentTraceparent()]).toEqual([
      true,
      true,
      null,
      null,
    ]);
  });
});

describe('where something takes traces', () => {
  let receiver: TraceReceiver;
  const trace = async (share: number, work: () => Promise<unknown>): Promise<ReceivedSpan[]> => {
    await startTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/`, OTEL_TRACES_SAMPLER_ARG: share }, logger);
    receiver.spans.length = 0;
    await work();
    await endTracing();
    return receiver.spans;
  };
  beforeAll(async () => {
    receiver = await startTraceReceiver();
  });
  afterAll(() => receiver.close());

  it('sends steps with their parents and why they failed, without what an error says', async () => {
    let done: unknown[] = [];
    const spans = await trace(1, async () => (done = await new Office().outer({ id: 'd1', traceparent: `00-${TRACE}-${SPAN}-01` })));
    const [inner, outer] = spans;
    expect(spans).toMatchObject([
      { service: 'test', name: 'inner', traceId: TRACE, parentSpanId: outer?.spanId, error: 'AddressRefusedError' },
      { service: 'test', name: 'outer', traceId: TRACE, parentSpanId: SPAN, error: null, attributes: { 'billing_mail.delivery.id': 'd1' } },
    ]);
    expect(done.slice(0, 3)).toEqual(['d1', { traceparent: `00-${TRACE}-${outer?.spanId}-01` }, { deliveryId: 'd1', traceId: TRACE }]);
    expect(inner?.spanId).not.toBe(outer?.spanId);
    expect(receiver.bodies.join()).not.toContain('acme.example');
  });

  it.each([undefined, 17, 'rubbish', `00-${'0'.repeat(32)}-${SPAN}-01`])(
    'begins a trace of its own where it came with %j',
    async (traceparent) => {
      const spans = await trace(1, () => new Office().outer({ id: 'd1', traceparent }));
      expect(spans).toMatchObject([{ name: 'inner' }, { name: 'outer', parentSpanId: '' }]);
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    },
  );

  it('takes the share that it is told to of what begins here, and all that a caller traces', async () => {
    const spans = await trace(0, async () => {
      await new Office().outer({ id: 'own' });
      await new Office().outer({ id: 'untraced', traceparent: `00-${TRACE}-${SPAN}-00` });
      await new Office().outer({ id: 'traced', traceparent: `00-${TRACE}-${SPAN}-01` });
    });
    expect(spans.map(({ attributes }) => attributes['billing_mail.delivery.id']).filter(Boolean)).toEqual(['traced']);
  });

  it('goes on where they are not taken, and says so', async () => {
    const told: unknown[] = [];
    const telling = { warn: (fields: object, message: string) => told.push([fields, message]) } as unknown as Logger;
    await startTracing('test', { OTEL_EXPORTER_OTLP_ENDPOINT: `${receiver.url}/nobody`, OTEL_TRACES_SAMPLER_ARG: 1 }, telling);
    expect((await new Office().outer({ id: 'd1' }))[0]).toBe('d1');
    await endTracing();
    expect(told).toEqual([
      [expect.objectContaining({ step: 'tracing', why: expect.stringMatching(/404|Not Found/) as string }), 'traces are not accepted'],
    ]);
  });
});

describe('workOn', () => {
  it('adds to what is known of the work around it, for all that it starts and for nothing else', async () => {
    const [inner, outer] = await workOn({ requestId: 'r1' }, async () => {
      const within = workOn({ deliveryId: 'd1' }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return currentFields();
      });
      return [await within, currentFields()];
    });
    expect([inner, outer, currentFields()]).toEqual([{ requestId: 'r1', deliveryId: 'd1' }, { requestId: 'r1' }, NO_FIELDS]);
  });
});
