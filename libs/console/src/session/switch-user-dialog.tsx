import { Button, Modal, Text } from '@mantine/core';
import { DialogFoot } from '../shell/dialog-foot.js';
import { useLanguage } from '../words/words-context.js';
import { type SignedIn } from './read-token.js';
import { answerOffer, useOffer } from './session-store.js';

/** Asks before a link signs in another user than the one who is signed in. */
export function SwitchUserDialog({ session }: { session: SignedIn }) {
  const { switchUser: words } = useLanguage().words.page;
  const offered = useOffer();
  if (offered === null) return null;
  const [now, next] = [session.claims.sub, offered.claims.sub];
  return (
    <Modal opened onClose={() => answerOffer(false)} title={words.title} size="lg" centered>
      <Text className="breakable">{words.text(now, next)}</Text>
      <DialogFoot>
        <Button onClick={() => answerOffer(false)} data-autofocus>
          {words.stay(now)}
        </Button>
        <Button variant="default" onClick={() => answerOffer(true)}>
          {words.change(next)}
        </Button>
      </DialogFoot>
    </Modal>
  );
}
