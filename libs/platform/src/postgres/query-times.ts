import { Client } from 'pg';
import { Counter, Histogram } from 'prom-client';
import { type AfterQueryEvent, type EntitySubscriberInterface, EventSubscriber } from 'typeorm';

const querySeconds = new Histogram({
  name: 'billing_mail_postgres_query_duration_seconds',
  help: 'Time that PostgreSQL took for a statement, waits for locks included',
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
});
const failedQueries = new Counter({
  name: 'billing_mail_postgres_query_errors_total',
  help: 'Statements that PostgreSQL refused or did not answer, and connections that could not be made',
});

/** Measures every statement that goes through TypeORM. `timed` measures those that do not. */
@EventSubscriber()
export class QueryTimes implements EntitySubscriberInterface {
  afterQuery({ success, executionTime }: AfterQueryEvent): void {
    if (success) querySeconds.observe((executionTime ?? 0) / 1000);
    else failedQueries.inc();
  }
}

type Connected = (error: Error | null) => void;

/**
 * Counts connections that could not be made. `QueryTimes` does not hear of them, because TypeORM connects before it begins to measure;
 * while PostgreSQL is away it would hear of nothing.
 */
export class MeasuredClient extends Client {
  override connect(): Promise<Client>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<Client> | void {
    // Only the pool connects, and it gives a callback.
    if (callback === undefined) return super.connect();
    super.connect((error: Error | null) => {
      if (error !== null) failedQueries.inc();
      callback(error);
    });
  }
}

/** Measures a statement that is sent to the pool of connections, including the wait for a connection. */
export async function timed<T>(answer: Promise<T>): Promise<T> {
  const since = performance.now();
  try {
    const given = await answer;
    querySeconds.observe((performance.now() - since) / 1000);
    return given;
  } catch (error) {
    failedQueries.inc();
    throw error;
  }
}
