import { Paper, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { fieldId } from '../paths.js';

/** One part of the form under its heading. With a pointer, links lead to the heading as they do to a field. */
export function Section({ pointer, title, children }: { pointer?: string; title: string; children: ReactNode }) {
  const ownId = useId();
  const headingId = pointer === undefined ? ownId : fieldId(pointer);
  return (
    <Paper component="section" aria-labelledby={headingId} withBorder p="lg" radius="md">
      <Title order={2} size="h4" id={headingId} {...(pointer === undefined ? {} : { tabIndex: -1 })} mb="md">
        {title}
      </Title>
      {children}
    </Paper>
  );
}
