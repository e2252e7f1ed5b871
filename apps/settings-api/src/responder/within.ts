import { firstValueFrom, from, timeout } from 'rxjs';

/** The promise's outcome, or an error with `message` after `ms`. Redis calls wait for ever while Redis is frozen. */
export const within = <T>(ms: number, promise: Promise<T>, message: string): Promise<T> =>
  firstValueFrom(
    from(promise).pipe(
      timeout({
        each: ms,
        with: () => {
          throw new Error(message);
        },
      }),
    ),
  );
