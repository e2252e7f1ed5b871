import { Alert, List } from '@mantine/core';
import { type FieldError } from '@billing-mail/contracts';
import { type Ref } from 'react';
import { Address } from '../shell/address.js';
import { useLanguage } from '../words/words-context.js';
import { wrongAddressOf } from './check-draft.js';
import { useEditing, useFieldMessage } from './editing.js';
import { FieldLink } from './field-link.js';

/** All mistakes at once, each with a link to its field. A mistake in a list names the address that it is about. */
export function ErrorSummary({ ref, errors }: { ref: Ref<HTMLDivElement>; errors: readonly FieldError[] }) {
  const { words } = useLanguage();
  const say = useFieldMessage();
  const { draft } = useEditing();
  const sayOf = (error: FieldError): string => {
    const address = wrongAddressOf(draft, error.pointer);
    return address === null ? say(error) : `${words.page.quoted(address)} ${say(error)}`;
  };
  const names: Record<string, string> = words.settings.fields;
  return (
    <Alert ref={ref} tabIndex={-1} color="red" variant="outline" title={words.settings.save.invalid(errors.length)} role="alert">
      <List size="sm">
        {errors.map((error) => (
          <List.Item key={error.pointer} className="breakable">
            <FieldLink pointer={error.pointer}>{names[error.pointer] ?? error.pointer}</FieldLink>: <Address>{sayOf(error)}</Address>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
