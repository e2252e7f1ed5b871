// Jest runs this file before each spec file.
import { takeServerErrors, watchServerErrors } from './server-errors.js';

watchServerErrors();

// Hooks that are registered here run last, after those with which a `describe` block cleans up.
const check = (): void => {
  const errors = takeServerErrors();
  if (errors.length > 0) throw new Error(`A service failed, which the test did not expect (expectServerErrors):\n${errors.join('\n')}`);
};
afterEach(check);
afterAll(check);
