import { TokenVerifier } from '@billing-mail/platform';
import { CurableError } from '../step.js';
import { runContainerTool, TOOLS_USAGE } from './container-tools.js';

const env = {
  REDIS_URL: 'redis://redis:6379/0',
  AUTH_JWT_SECRET: 'a secret of at least thirty-two characters',
  PLATFORM_SMTP_URL: 'smtp://mailbox:2525',
  CONSOLE_URL: 'http://localhost:4100',
};

describe('the tools of the containers', () => {
  it('make a token that the services take', async () => {
    const token = await runContainerTool(['token', 'acme-admin'], env);
    const caller = await new TokenVerifier(env).callerOf(`Bearer ${token}`);
    expect([caller.userId, caller.mayWrite('acme'), caller.mayWrite('globex')]).toEqual(['acme-admin', true, false]);
  });

  it.each([[[]], [['token']], [['token', 'constructor']], [['tokens', 'service']], [['backup']], [['restore']]])(
    'say how they are used: %j',
    async (args) => {
      await expect(runContainerTool(args, env)).rejects.toMatchObject({ cure: TOOLS_USAGE });
    },
  );

  it.each([['backup'], ['restore']])('take no name for a %s that leads out of its volume', async (tool) => {
    for (const name of ['../documents/x', '/tmp/x', '.hidden', ''])
      await expect(runContainerTool([tool, name], env)).rejects.toThrow(/not a valid name for a backup/);
  });

  it('make no token where an identity provider does', async () => {
    const asked = runContainerTool(['token', 'service'], { ...env, AUTH_JWKS_URL: 'https://id.example/keys' });
    await expect(asked).rejects.toThrow(/identity provider/);
  });

  it('send no samples by a real mail server', async () => {
    const asked = runContainerTool(['samples'], { ...env, PLATFORM_SMTP_URL: 'smtp://user:pass@smtp.example.com:587' });
    await expect(asked).rejects.toThrow(CurableError);
  });
});
