// Read by Jest before each file of tests.
import { takeServerErrors, watchServerErrors } from './server-errors.js';

watchServerErrors();

// Jest's own run last, after what a block does to clean up.
const check = (): void => {
  const errors = takeServerErrors();
  if (errors.length > 0) throw new Error(`A service failed, which the test did not expect (expectServerErrors):\n${errors.join('\n')}`);
};
afterEach(check);
afterAll(check);
