import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { dataFolder } from '../workspace.js';

const schema = z.object({
  authJwtSecret: z.string(),
  secretKey: z.string(),
  smimePassphrase: z.string(),
  postgresPassword: z.string(),
  redisPassword: z.string(),
});
/** Random secrets of this checkout. `secretKey` is 32 bytes in base64; the others are safe in a URL. */
export type Secrets = z.infer<typeof schema>;

/** Returns the secrets. They are created once and stored beside the data that they protect, readable by their owner only. */
export function provideSecrets(): Secrets {
  const file = join(dataFolder(), 'secrets.json');
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const random = (): string => randomBytes(32).toString('base64url');
  const secrets: Secrets = {
    authJwtSecret: random(),
    secretKey: randomBytes(32).toString('base64'),
    smimePassphrase: random(),
    postgresPassword: random(),
    redisPassword: random(),
  };
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

/** Derives the password of one of a server's users from `secret`, so that no further secrets need to be stored. */
export const derivedPassword = (secret: string, user: string): string => createHmac('sha256', secret).update(user).digest('base64url');
