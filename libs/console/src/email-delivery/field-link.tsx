import { Anchor } from '@mantine/core';
import { type ReactNode } from 'react';
import { fieldId } from '../paths.js';

/**
 * A link to a field or a section of the form. It moves only the focus: a new fragment in the address would be a navigation, about which
 * unsaved changes ask.
 */
export function FieldLink({ pointer, children }: { pointer: string; children: ReactNode }) {
  const id = fieldId(pointer);
  return (
    <Anchor
      size="sm"
      underline="always"
      href={`#${id}`}
      onClick={(event) => {
        event.preventDefault();
        document.getElementById(id)?.focus();
      }}
    >
      {children}
    </Anchor>
  );
}
