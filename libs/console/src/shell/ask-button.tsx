// A button that asks before it does something: it opens a dialog, which closes once the service has done it.
import { Button, type ButtonProps, Modal } from '@mantine/core';
import { type UseMutationResult } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { BusyButton } from './busy-button.js';
import { DialogFoot } from './dialog-foot.js';

type Props = {
  words: { open: string; title: string; yes: string };
  doing: UseMutationResult<unknown, Error, void>;
  size?: ButtonProps['size'];
  /** Properties of a second button that closes the dialog, and its text. */
  no?: { children: string; 'data-autofocus'?: true };
  /** Properties of the button that does it. */
  yes?: Pick<ButtonProps, 'color' | 'disabled'>;
  children: ReactNode;
};

export function AskButton({ words, doing, size, no, yes, children }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const close = (): void => setIsOpen(false);
  return (
    <>
      <Button variant="default" size={size} onClick={() => setIsOpen(true)}>
        {words.open}
      </Button>
      <Modal opened={isOpen} onClose={close} title={words.title} centered>
        {children}
        <DialogFoot error={doing.error}>
          {no && <Button variant="default" onClick={close} {...no} />}
          <BusyButton {...yes} busy={doing.isPending} onClick={() => doing.mutate(undefined, { onSuccess: close })}>
            {words.yes}
          </BusyButton>
        </DialogFoot>
      </Modal>
    </>
  );
}
