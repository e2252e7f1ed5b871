// What the metrics say while PostgreSQL is away, with a real PostgreSQL that is stopped.
import { Module } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { eventually, expectServerErrors, startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { register } from 'prom-client';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { createHttpService } from '../http/start-http-service.js';
import { dataSourceOptions } from '../postgres/data-source-options.js';
import { Sql } from '../postgres/sql.js';
import { HealthController, READINESS_CHECKS } from './health.controller.js';
import { createLogger } from './logger.js';

describe('the metrics of a service whose PostgreSQL is away', () => {
  let database: TestDatabase;
  let source: DataSource;
  const apps: NestExpressApplication[] = [];
  beforeAll(async () => {
    database = await startTestDatabase();
    source = await new DataSource(dataSourceOptions(database.url, { name: 'public', migrations: [] })).initialize();
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await source.destroy();
    await database.stop();
  });

  const valueOf = async (name: string, part?: string): Promise<number | undefined> => {
    const { values } = (await register.getSingleMetric(name)?.get()) ?? { values: [] };
    return values.find(({ labels }) => labels['part'] === part)?.value;
  };
  const errors = async () => (await valueOf('billing_mail_postgres_query_errors_total')) ?? 0;

  const startService = async (checks: Record<string, () => Promise<unknown>>): Promise<NestExpressApplication> => {
    @Module({ controllers: [HealthController], providers: [{ provide: READINESS_CHECKS, useValue: checks }] })
    class ServiceModule {}
    const app = await createHttpService({
      module: ServiceModule,
      title: 'Service',
      description: '',
      env: { AUTH_JWT_SECRET: 'a secret of at least thirty-two characters', HTTP_HOST: '127.0.0.1' },
      logger: createLogger('test', 'silent'),
      unlimited: true,
    });
    await app.listen(0, '127.0.0.1');
    apps.push(app);
    return app;
  };

  it('count each way of asking that gets no connection, and one that PostgreSQL refuses', async () => {
    await database.halt('immediate');
    const ways: [string, () => Promise<unknown>][] = [
      ['a statement', () => source.query('SELECT 1')],
      ['a statement of Sql', () => new Sql(source).rows('SELECT 1')],
      ['a prepared statement', () => new Sql(source).prepared('SELECT 1', [])],
      ['a transaction', () => new Sql(source).transaction((sql) => sql.rows('SELECT 1'))],
    ];
    const unheard: string[] = [];
    // A connection that was open fails at its first use and is gone afterwards.
    await source.query('SELECT 1').catch(() => undefined);
    for (const [name, ask] of ways) {
      const before = await errors();
      await expect(ask()).rejects.toThrow();
      if ((await errors()) === before) unheard.push(name);
    }
    await database.start();
    expect(unheard).toEqual([]);
    expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const before = await errors();
    await expect(source.query('SELECT 1 / 0')).rejects.toThrow('zero');
    expect(await errors()).toBe(before + 1);
  });

  it('tell each part that does not answer, before anybody has asked', async () => {
    await startService({ here: async () => null, away: () => Promise.reject(new Error('away')) });
    await eventually(() => valueOf('billing_mail_ready', 'away'));
    expect([await valueOf('billing_mail_ready', 'here'), await valueOf('billing_mail_ready', 'away')]).toEqual([1, 0]);
  });

  it('follow PostgreSQL as it goes and comes back', async () => {
    expectServerErrors(503);
    const app = await startService({ database: () => source.query('SELECT 1') });
    const ready = async () => [
      (await request(app.getHttpServer()).get('/health/ready')).status,
      await valueOf('billing_mail_ready', 'database'),
    ];
    expect(await ready()).toEqual([200, 1]);
    await database.halt('immediate');
    const before = await errors();
    expect(await ready()).toEqual([503, 0]);
    expect(await ready()).toEqual([503, 0]);
    expect(await errors()).toBeGreaterThan(before);
    await database.start();
    expect(await ready()).toEqual([200, 1]);
  });
});
