// Shows why a service refuses to connect a mailbox.
import { Alert, Text } from '@mantine/core';
import { ProblemError } from '../api/problem.js';
import { sayFieldMessage } from '../words/field-messages.js';
import { useLanguage } from '../words/words-context.js';

/** Returns a function that says what is wrong with the field of a pointer. */
export function useErrorOf(failure: Error | null): (pointer: string) => string | null {
  const { locale } = useLanguage();
  const errors = failure instanceof ProblemError ? failure.errors : [];
  return (pointer) => {
    const error = errors.find((each) => each.pointer === pointer);
    return error ? sayFieldMessage(error.message, locale) : null;
  };
}

/** Shows what is wrong with something that has no field here, such as the server. */
export function OtherErrors({ failure, known }: { failure: Error | null; known: readonly string[] }) {
  const { words, locale } = useLanguage();
  const errors = failure instanceof ProblemError ? failure.errors.filter(({ pointer }) => !known.includes(pointer)) : [];
  if (errors.length === 0) return null;
  const names: Record<string, string> = {
    '/host': words.settings.server.host,
    '/clientId': words.ownServer.connection.clientId,
    '/issuer': words.ownServer.connection.issuer,
  };
  return (
    <Alert color="red" variant="outline" role="alert">
      {errors.map(({ pointer, message }) => (
        <Text key={pointer} size="sm">
          {names[pointer] ?? pointer}: {sayFieldMessage(message, locale)}
        </Text>
      ))}
    </Alert>
  );
}
