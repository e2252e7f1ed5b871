import { runContainerTool } from './container-tools.js';
import { CurableError } from '../step.js';

runContainerTool(process.argv.slice(2), process.env).then(
  (text) => console.log(text),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    if (error instanceof CurableError) console.error(error.cure);
    process.exitCode = 1;
  },
);
