import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError, readEnvironment } from './read-environment.js';
import { duration, durations, environmentSchema, variables } from './variables.js';

const schema = environmentSchema({
  SECRET_KEYS: variables.SECRET_KEYS,
  SMTP_ALLOWED_NETWORKS: variables.SMTP_ALLOWED_NETWORKS,
  SMTP_ALLOWED_PORTS: variables.SMTP_ALLOWED_PORTS,
  SMTP_CONNECT_TIMEOUT: variables.SMTP_CONNECT_TIMEOUT,
  SETTINGS_API_PORT: variables.SETTINGS_API_PORT,
});
const key = (id: string, bytes = 32) => `${id}:${Buffer.alloc(bytes, id).toString('base64')}`;
const good = {
  DATABASE_URL: 'postgresql://u:p@localhost/db',
  REDIS_URL: 'redis://localhost',
  AUTH_JWT_SECRET: 'x'.repeat(32),
  SECRET_KEYS: `${key('new')},${key('old')}`,
};
const problemsOf = (source: NodeJS.ProcessEnv): string[] => {
  try {
    readEnvironment(schema, source);
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
};

describe('readEnvironment', () => {
  it('fills in defaults and turns texts into values', () => {
    const env = readEnvironment(schema, { ...good, SMTP_ALLOWED_NETWORKS: '10.0.0.0/8, fd00::/8', SMTP_CONNECT_TIMEOUT: '2m' });
    expect(env).toMatchObject({ SETTINGS_API_PORT: 4100, LOG_LEVEL: 'info', SMTP_ALLOWED_PORTS: [25, 465, 587, 2525] });
    expect(env).toMatchObject({ SMTP_ALLOWED_NETWORKS: ['10.0.0.0/8', 'fd00::/8'], SMTP_CONNECT_TIMEOUT: 120_000 });
    expect(env.SECRET_KEYS.map(({ id }) => id)).toEqual(['new', 'old']);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readEnvironment(schema, { ...good, SETTINGS_API_PORT: '', AUTH_JWKS_URL: '' })).toMatchObject({ SETTINGS_API_PORT: 4100 });
  });

  it.each([
    ['DATABASE_URL', 'mysql://localhost/db'],
    ['DATABASE_URL', ''],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'redis+sentinel://u:hushhush@a,b,c'],
    ['REDIS_PREFIX', 'with space'],
    ['AUTH_JWT_SECRET', 'short'],
    ['AUTH_JWT_SECRET', ''],
    ['AUTH_JWKS_URL', 'ftp://keys.example'],
    ['SECRET_KEYS', ''],
    ['SECRET_KEYS', key('a', 31)],
    ['SECRET_KEYS', `${key('a')},${key('a')}`],
    ['SECRET_KEYS', 'no-colon'],
    ['SECRET_KEYS', `a b:${Buffer.alloc(32).toString('base64')}`],
    ['SMTP_ALLOWED_NETWORKS', '10.0.0.1'],
    ['SMTP_ALLOWED_PORTS', '25;587'],
    ['SMTP_ALLOWED_PORTS', '0'],
    ['SMTP_CONNECT_TIMEOUT', '10'],
    ['SMTP_CONNECT_TIMEOUT', '-1s'],
    ['SETTINGS_API_PORT', '70000'],
    ['SETTINGS_API_PORT', '0x10'],
    ['LOG_LEVEL', 'loud'],
  ])('stops at %s=%s, naming it and never its value', (name, value) => {
    const [problem = '', ...more] = problemsOf({ ...good, [name]: value });
    expect(more).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${name} \\S`));
    if (value.length > 6) expect(problem).not.toContain(value);
  });

  it('names all that is wrong at once', () => {
    expect(problemsOf({}).map((problem) => problem.split(' ')[0])).toEqual(
      expect.arrayContaining(['DATABASE_URL', 'REDIS_URL', 'SECRET_KEYS']),
    );
  });

  it('reads a value from the file that X_FILE names, without the line end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'environment-'));
    const file = join(folder, 'secret');
    writeFileSync(file, `${'y'.repeat(40)}\n`);
    expect(readEnvironment(schema, { ...good, AUTH_JWT_SECRET: '', AUTH_JWT_SECRET_FILE: file }).AUTH_JWT_SECRET).toBe('y'.repeat(40));
    rmSync(folder, { recursive: true });
    expect(problemsOf({ ...good, SECRET_KEYS: '', SECRET_KEYS_FILE: file })).toContain(
      "SECRET_KEYS_FILE names a file that can't be read (ENOENT)",
    );
  });
});

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('reads %s as %i ms', (text, ms) => {
    expect(duration.parse(text)).toBe(ms);
  });

  it.each(['', '5', 'm', '5 m', '1.5h', '5m30s', '-5m', '5M', '9999999999s'])('refuses "%s"', (text) => {
    expect(duration.safeParse(text).success).toBe(false);
  });

  it('reads a list, and refuses one with a gap', () => {
    expect(durations.parse('5m,30m')).toEqual([300_000, 1_800_000]);
    expect(durations.safeParse('5m,,30m').success).toBe(false);
  });
});
