import { startTestDatabase, type TestDatabase } from '@billing-mail/testkit';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { createLogger } from './logger.js';

const ADDRESS = 'pay@customer.example';
const SUBJECT = 'Invoice for the secret project';

describe('the log of what PostgreSQL refuses', () => {
  let database: TestDatabase;
  let source: DataSource;
  let client: Client;
  beforeAll(async () => {
    database = await startTestDatabase();
    source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    client = new Client(database.url);
    await client.connect();
    await source.query('CREATE TABLE mail (address text UNIQUE, subject text NOT NULL, number int)');
    await source.query('INSERT INTO mail VALUES ($1, $2, 1)', [ADDRESS, SUBJECT]);
  });
  afterAll(async () => {
    await client.end();
    await source.destroy();
    await database.stop();
  });

  const json = `{"to":"${ADDRESS}","subject":"${SUBJECT}" "number":1}`;
  it.each<[name: string, told: string, statement: string, parameters: unknown[]]>([
    ['a key that is taken', 'mail_address_key', 'INSERT INTO mail VALUES ($1, $2)', [ADDRESS, SUBJECT]],
    ['a row that lacks something', 'null value in column', 'INSERT INTO mail VALUES ($1, NULL)', ['new@customer.example']],
    ['a text that is no JSON', 'type json', 'SELECT $1::json', [json]],
    ['a statement within a function', 'nowhere', `DO $$ BEGIN EXECUTE 'SELECT ''${ADDRESS}'' FROM nowhere'; END $$`, []],
  ])('says what is wrong with %s, and nothing of what is in it', async (_name, told, statement, parameters) => {
    const causeOf = (answer: Promise<unknown>): Promise<Error> =>
      answer.then(
        () => new Error('accepted'),
        (error: Error) => error,
      );
    const ofTypeOrm = await causeOf(source.query(statement, parameters));
    const ofDriver = await causeOf(client.query(statement, parameters));
    for (const err of [ofTypeOrm, ofDriver, new AggregateError([ofTypeOrm, ofDriver], 'twice'), new Error('ours', { cause: ofTypeOrm })]) {
      let log = '';
      createLogger('test', 'info', { write: (line) => void (log += line) }).error({ err }, 'not recorded');
      expect(log).toContain(told);
      expect(log).toMatch(/"code":"(?:23505|23502|22P02|42P01)"|ours/);
      expect(log).not.toMatch(/customer\.example|secret project/);
    }
  });
});
