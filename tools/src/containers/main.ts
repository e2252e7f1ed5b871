import { EnvironmentError } from '@billing-mail/platform';
import { runContainerTool } from './container-tools.js';
import { CurableError } from '../step.js';

// A backup is readable by its owner only.
process.umask(0o077);
runContainerTool(process.argv.slice(2), process.env).then(
  (text) => (text === '' ? undefined : console.log(text)),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    if (error instanceof CurableError || error instanceof EnvironmentError) console.error(error.cure);
    process.exitCode = 1;
  },
);
