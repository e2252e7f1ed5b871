import { QueryFailedError } from 'typeorm';
import { isDatabaseAway } from './is-database-away.js';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });
const failed = (cause: Error) => new QueryFailedError('SELECT 1', [], cause);

describe('isDatabaseAway', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['all addresses refused', Object.assign(new Error('all'), { errors: [withCode('ECONNREFUSED')] })],
    ['a name that is not found', withCode('ENOTFOUND')],
    ['a server that shuts down', failed(withCode('57P01'))],
    ['a server that starts up', failed(withCode('57P03'))],
    ['too many connections', failed(withCode('53300'))],
    ['a full disk', failed(withCode('53100'))],
    ['a deadlock', failed(withCode('40P01'))],
    ['a standby after a failover', failed(withCode('25006'))],
    ['a statement that took too long', failed(withCode('57014'))],
    ['a link that broke', failed(new Error('Connection terminated unexpectedly'))],
    ['an answer that does not come', failed(new Error('Query read timeout'))],
    ['a server that takes no connection in time', new Error('timeout expired')],
    ['a pool that is exhausted', new Error('timeout exceeded when trying to connect')],
  ])('says yes to %s', (_name, error) => expect(isDatabaseAway(error)).toBe(true));

  it.each([
    ['a broken constraint', failed(withCode('23505'))],
    ['a missing table', failed(withCode('42P01'))],
    ['a text that can not be kept', failed(withCode('22P05'))],
    ['a mistake of ours', new TypeError('x is undefined')],
    ['no error at all', undefined],
    ['a thrown text', 'away'],
  ])('says no to %s', (_name, error) => expect(isDatabaseAway(error)).toBe(false));
});
