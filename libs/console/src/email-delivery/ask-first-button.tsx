import { Button, Modal, Text } from '@mantine/core';
import { type UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { BusyButton } from '../shell/busy-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';

type Words = { open: string; title: string; text: string; no: string };

/** A button for an action that cannot be undone: asks once, then does it and says what went wrong. */
export function AskFirstButton({ words, doing }: { words: Words; doing: UseMutationResult<unknown, Error, void> }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setIsOpen(true)}>
        {words.open}
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title={words.title} centered>
        <Text className="breakable">{words.text}</Text>
        <DialogFoot error={doing.error}>
          <Button variant="default" onClick={() => setIsOpen(false)} data-autofocus>
            {words.no}
          </Button>
          <BusyButton color="red" busy={doing.isPending} onClick={() => doing.mutate(undefined, { onSuccess: () => setIsOpen(false) })}>
            {words.open}
          </BusyButton>
        </DialogFoot>
      </Modal>
    </>
  );
}
