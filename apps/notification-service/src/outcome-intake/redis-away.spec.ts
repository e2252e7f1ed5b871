import { eventually } from '@billing-mail/testkit';
import request from 'supertest';
import { SAMPLES } from '../testing/sample-outcomes.js';
import { authorization, startSurroundings, type TestSurroundings } from '../testing/start-test-service.js';

describe('without Redis', () => {
  let around: TestSurroundings;
  beforeAll(async () => {
    around = await startSurroundings();
  });
  afterAll(() => around.stop());

  it('ends in order', async () => {
    const service = await around.startService();
    // Waits for a job, because only then is the worker certainly running. In a worker that is still starting, Bull rejects a promise that
    // nobody can catch.
    await (await around.publish(SAMPLES.failed({ requestedBy: { userId: 'u0' } }))).finished();
    await around.redis.halt();
    const closedAt = Date.now();
    await service.close();
    expect(Date.now() - closedAt).toBeLessThan(60_000);
    await around.redis.start();
  });

  it('starts, answers what it can, says that it is not ready, and takes outcomes once Redis is there', async () => {
    await around.redis.halt();
    const service = await around.startService();
    const headers = await authorization({ sub: 'u1', teams: { acme: 'member' } });
    expect((await request(service.url).get('/v1/notifications').set(headers)).status).toBe(200);
    expect((await request(service.url).get('/health/ready')).status).toBe(503);
    await around.redis.start();
    await eventually(async () => (await request(service.url).get('/health/ready')).status === 200);
    await (await around.publish(SAMPLES.failed({ requestedBy: { userId: 'u1' } }))).finished();
    expect((await request(service.url).get('/v1/notifications').set(headers)).body.items).toHaveLength(1);
    await around.redis.flush();
    await around.redis.halt('SIGKILL');
    await around.redis.start();
    await (await around.publish(SAMPLES.partlySent({ requestedBy: { userId: 'u1' } }))).finished();
    expect((await request(service.url).get('/v1/notifications').set(headers)).body.items).toHaveLength(2);
  });
});
