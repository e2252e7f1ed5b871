import { Text } from '@mantine/core';
import { type UseMutationResult } from '@tanstack/react-query';
import { AskButton } from '../shell/ask-button.js';

type Words = { open: string; title: string; text: string; no: string };

/** A button for an action that cannot be undone: the dialog begins at the answer that does nothing. */
export const AskFirstButton = ({ words, doing }: { words: Words; doing: UseMutationResult<unknown, Error, void> }) => (
  <AskButton
    words={{ ...words, yes: words.open }}
    doing={doing}
    size="xs"
    no={{ children: words.no, 'data-autofocus': true }}
    yes={{ color: 'red' }}
  >
    <Text className="breakable">{words.text}</Text>
  </AskButton>
);
