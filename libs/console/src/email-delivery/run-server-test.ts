// Runs the test of a server and reports each step while it runs.
import { type Locale, type SmtpTestLine, type SmtpTestRequest, type SmtpTestResult, type SmtpTestStep } from '@billing-mail/contracts';
import { authorization } from '../api/clients.js';
import { AwayError, toProblemError } from '../api/problem.js';
import { endSession } from '../session/session-store.js';

/** Resolves with the result, its hints in the language `locale`; `onStep` gets each step as it succeeds. @throws ProblemError, AwayError */
export async function runServerTest(
  team: string,
  body: SmtpTestRequest,
  locale: Locale,
  onStep: (step: SmtpTestStep) => void,
): Promise<SmtpTestResult> {
  const response = await postTest(team, body, locale);
  if (!response.ok || response.body === null) {
    if (response.status === 401) endSession();
    const text = await response.text();
    throw toProblemError(response, parseJson(text));
  }
  for await (const text of linesOf(response.body)) {
    const line = JSON.parse(text) as SmtpTestLine;
    if ('result' in line) return line.result;
    onStep(line.step);
  }
  throw new AwayError('the answer ended early');
}

async function postTest(team: string, body: SmtpTestRequest, locale: Locale): Promise<Response> {
  try {
    return await fetch(`/v1/teams/${encodeURIComponent(team)}/email-delivery/smtp/test`, {
      method: 'POST',
      cache: 'no-store',
      headers: { ...authorization(), Accept: 'application/x-ndjson', 'Accept-Language': locale, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch (error) {
    throw new AwayError('no answer', { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // something between the page and the service has answered
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw new AwayError('the answer broke off', { cause: error });
  }
}
