// What REDIS_URL says: one Redis, one that Sentinels watch over, or a Cluster.

/** A place where a Redis, or a Sentinel, listens. */
type RedisNode = { host: string; port: number };
type Login = { username?: string; password?: string };

/** `nodes` are the Redis itself, the Sentinels, or some nodes of the Cluster, from which the others are learnt. */
export type RedisAddress = { nodes: RedisNode[]; tls: boolean; login: Login } & (
  { kind: 'single'; db: number } | { kind: 'sentinel'; db: number; name: string; sentinelLogin: Login } | { kind: 'cluster' }
);

/**
 * Thrown if REDIS_URL is wrong. The message follows the name of the variable and says what helps. It quotes nothing of the value, which may
 * hold a password.
 */
export class RedisUrlError extends Error {
  override readonly name = 'RedisUrlError';
}

const FORM = /^redis(s?)(?:\+(sentinel|cluster))?:\/\/(?:([^/?]*)@)?([^/?@]*)(?:\/([^?]*))?(?:\?(.*))?$/;
const NODE = /^(\[[\da-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i;
const FORMS =
  'redis://user:password@host:6379/0, redis+sentinel://user:password@host:26379,host,host/name/0 or redis+cluster://user:password@host:6379,host,host; with TLS rediss://, rediss+sentinel:// or rediss+cluster://';

/** @throws RedisUrlError */
export function parseRedisUrl(url: string): RedisAddress {
  const [isRedis, tls, kind = 'single', user = '', hosts = '', path = '', query = ''] = FORM.exec(url) ?? [];
  if (isRedis === undefined) throw new RedisUrlError(`must be ${FORMS}`);
  const nodes = hosts.split(',').map((host) => readNode(host, kind === 'sentinel' ? 26379 : 6379));
  const common = { nodes, tls: tls === 's', login: readLogin(user) };
  const [first = '', second = '', ...more] = path.split('/');
  if (kind === 'sentinel') {
    if (first === '' || more.length > 0)
      throw new RedisUrlError('must name what the Sentinels watch, as in redis+sentinel://host,host,host/name/0');
    const sentinel = new URLSearchParams(query);
    const sentinelLogin = loginOf(sentinel.get('sentinelUser') ?? '', sentinel.get('sentinelPassword') ?? '');
    return { ...common, kind, name: decoded(first), db: readDatabase(second), sentinelLogin };
  }
  if (second !== '' || more.length > 0) throw new RedisUrlError(`must end with the number of the database: ${FORMS}`);
  if (kind === 'cluster') {
    if (readDatabase(first) !== 0)
      throw new RedisUrlError('must name no database, as a Cluster has but one: redis+cluster://host,host,host');
    return { ...common, kind };
  }
  if (nodes.length > 1) throw new RedisUrlError('names several hosts, which is for redis+sentinel:// or redis+cluster://');
  return { ...common, kind: 'single', db: readDatabase(first) };
}

function readNode(text: string, usualPort: number): RedisNode {
  const [isNode, host = '', port = String(usualPort)] = NODE.exec(text.trim()) ?? [];
  if (isNode === undefined || Number(port) < 1 || Number(port) > 65535)
    throw new RedisUrlError(`has an invalid host or port; it must be ${FORMS}`);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function readDatabase(text: string): number {
  if (!/^\d{0,5}$/.test(text)) throw new RedisUrlError(`must end with the number of the database: ${FORMS}`);
  return Number(text);
}

function readLogin(text: string): Login {
  const [, user = '', password = ''] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  return loginOf(decoded(user), decoded(password));
}

const loginOf = (username: string, password: string): Login => ({ ...(username ? { username } : {}), ...(password ? { password } : {}) });

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisUrlError('has a user, password or name with a "%" that is no percent-encoding: write it as %25');
  }
}
