import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.js';
import { withPrefix } from './redis-users.js';

describe('the users of an environment that shares its Redis', () => {
  const file = join(workspaceRoot, 'docker', 'redis-users.acl');
  const template = readFileSync(file, 'utf8');

  it('may use keys and channels under its prefix only', () => {
    const users = withPrefix(template, 'staging').split('\n');
    const patterns = users.filter((line) => line.startsWith('user ')).flatMap((line) => line.match(/ [~&]\S+/g) ?? []);
    expect(patterns).toHaveLength(15);
    for (const pattern of patterns) expect(pattern).toMatch(/^ [~&]staging:(\{billing-mail\}:|settings\.|delivery\.)/);
  });

  it('each work on queues that are theirs, and on nothing else below the prefix of all queues', () => {
    const patternsOf = (user: string) =>
      template
        .split('\n')
        .find((line) => line.startsWith(`user ${user} `))
        ?.match(/[~&]\{billing-mail\}\S*/g);
    expect(patternsOf('settings-api')).toEqual(['~{billing-mail}:limits:*']);
    expect(patternsOf('mail-dispatcher')).toEqual([
      ...['~{billing-mail}:dispatch:*', '~{billing-mail}:outcomes:*', '~{billing-mail}:limits:*'],
      ...['&{billing-mail}:dispatch:*', '&{billing-mail}:outcomes:*'],
    ]);
    expect(patternsOf('notification-service')).toEqual([
      '~{billing-mail}:outcomes:*',
      '~{billing-mail}:limits:*',
      '&{billing-mail}:outcomes:*',
    ]);
    expect(patternsOf('invoicing')).toEqual(['~{billing-mail}:dispatch:*', '&{billing-mail}:dispatch:*']);
  });

  it('are what the command makes of them that the template names', () => {
    const command = /: (sed '[^']+')/.exec(template)?.[1] ?? '';
    const { stdout } = spawnSync('sh', ['-c', `${command} ${file}`], { encoding: 'utf8' });
    const usersOf = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('user '));
    expect(usersOf(stdout)).toEqual(usersOf(withPrefix(template, 'staging')));
  });

  it('stay as they are without one', () => {
    expect(withPrefix(template, '')).toBe(template);
  });
});
