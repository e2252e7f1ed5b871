import type { Queue } from 'bull';

type Finishing = { moveToFinished: (args: unknown[]) => Promise<unknown> };

const NO_NUMBER = { [Symbol.toPrimitive]: () => NaN };

/**
 * Bull fetches the next job together with the end of one, and finds out by `answer < 0` whether that failed: JavaScript makes one string of all that
 * the next job holds for it, which blocks the event loop for 30 ms and more with a document of 5 MB (moveToFinished in lib/scripts.js of Bull 4.16).
 * An answer that is a job is told to be no number instead.
 */
export function compareAnswersAtOnce(queue: Queue): void {
  const client = queue.client as unknown as Finishing;
  const finish = client.moveToFinished;
  client.moveToFinished = function (this: Finishing, args) {
    const answered = finish.call(this, args);
    // ioredis copies it to its pipelines, which answer nothing themselves.
    return this !== client ? answered : answered.then((answer) => (Array.isArray(answer) ? Object.assign(answer, NO_NUMBER) : answer));
  };
}
