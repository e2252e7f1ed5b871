import { Button, Modal, Text } from '@mantine/core';
import { type UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { BusyButton } from '../shell/busy-button.js';
import { DialogFoot } from '../shell/dialog-foot.js';
import { Trouble } from '../shell/trouble.js';
import { useLanguage } from '../words/words-context.js';

type Words = { open: string; title: string; text: string; no: string };

/** A button for an action that cannot be undone: asks once, then does it and says what went wrong. */
export function AskFirstButton({ words, doing }: { words: Words; doing: UseMutationResult<unknown, Error, void> }) {
  const { close } = useLanguage().words.page;
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setIsOpen(true)}>
        {words.open}
      </Button>
      <Modal opened={isOpen} onClose={() => setIsOpen(false)} title={words.title} centered closeButtonProps={{ 'aria-label': close }}>
        <Text className="breakable">{words.text}</Text>
        <DialogFoot trouble={doing.error ? <Trouble error={doing.error} /> : null}>
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
