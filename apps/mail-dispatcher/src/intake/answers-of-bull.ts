import type { Queue } from 'bull';

type Finishing = { moveToFinished: (args: unknown[]) => Promise<unknown> };

const NO_NUMBER = { [Symbol.toPrimitive]: () => NaN };

/**
 * Bull fetches the next job when it finishes one, and tests with `answer < 0` whether that failed. For this comparison JavaScript joins all
 * fields of the next job into one string, which blocks the event loop for 30 ms and more with a document of 5 MB (moveToFinished in
 * lib/scripts.js of Bull 4.16). So an answer that holds a job is made to convert to NaN at once.
 */
export function compareAnswersAtOnce(queue: Queue): void {
  const client = queue.client as unknown as Finishing;
  const finish = client.moveToFinished;
  client.moveToFinished = function (this: Finishing, args) {
    const answered = finish.call(this, args);
    // ioredis copies this method to its pipelines, whose methods return the pipeline and not an answer.
    return this !== client ? answered : answered.then((answer) => (Array.isArray(answer) ? Object.assign(answer, NO_NUMBER) : answer));
  };
}
