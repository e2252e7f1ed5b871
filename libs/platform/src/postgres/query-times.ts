import { Counter, Histogram } from 'prom-client';
import { type AfterQueryEvent, type EntitySubscriberInterface, EventSubscriber } from 'typeorm';

const querySeconds = new Histogram({
  name: 'billing_mail_postgres_query_duration_seconds',
  help: 'Time that PostgreSQL took for a statement, waits for locks included',
  buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30],
});
const failedQueries = new Counter({
  name: 'billing_mail_postgres_query_errors_total',
  help: 'Statements that PostgreSQL refused or did not answer',
});

/** Measures every statement that goes through TypeORM; `timed` those that do not. */
@EventSubscriber()
export class QueryTimes implements EntitySubscriberInterface {
  afterQuery({ success, executionTime }: AfterQueryEvent): void {
    if (success) querySeconds.observe((executionTime ?? 0) / 1000);
    else failedQueries.inc();
  }
}

/** Measures a statement on its way to the pool of connections, the wait for one of them included. */
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
