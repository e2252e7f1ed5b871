// How long a request waits for a connection to PostgreSQL while others have all of them.
import { expectServerErrors } from '@billing-mail/testkit';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { startTestSettingsApi } from './testing/start-test-settings-api.js';

type Pool = { options: { connectionTimeoutMillis: number } };

describe('a request for which no connection to PostgreSQL is free', () => {
  it('is answered 503 after the time that the operator has set', async () => {
    const api = await startTestSettingsApi({ DATABASE_CONNECT_TIMEOUT: '90s' });
    const source = api.app.get(DataSource);
    const pool = (source.driver as unknown as { master: Pool }).master;
    const { poolSize } = source.options as Extract<DataSourceOptions, { type: 'postgres' }>;
    const held = Array.from({ length: poolSize ?? 0 }, () => source.createQueryRunner());
    try {
      expect(pool.options.connectionTimeoutMillis).toBe(90_000);
      await Promise.all(held.map((runner) => runner.connect()));
      // Shortened only now, because opening the connections takes seconds on a busy machine.
      pool.options.connectionTimeoutMillis = 200;
      expectServerErrors(503);
      const { status, body } = await api.call('get', '/v1/teams/acme/email-delivery');
      expect([status, body]).toMatchObject([503, { type: expect.stringMatching(/database-away$/) }]);
    } finally {
      await Promise.all(held.map((runner) => runner.release()));
      await api.stop();
    }
  });
});
