// Signs in at a provider in a window of its own, and tells how that ends. This page stays as it is meanwhile.
import { CONNECTION_CHANNEL, type ConnectionMessage, type ConnectionRefusal, type MailConnectionView } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useClients } from '../api/clients-context.js';
import { beginSignIn, type SignInInput, useRefreshConnection } from './mail-connection-queries.js';

/** `url` is for users whose browser did not open the window. `before`: when the mailbox was connected that this sign-in replaces. */
type Waiting = { kind: 'waiting'; url: string; isBlocked: boolean; before: string | null };
type SignIn = { kind: 'none' } | Waiting | { kind: 'refused'; reason: ConnectionRefusal };

/** @param before when the present mailbox was connected, `null` if there is none */
export function useSignIn(team: string, before: string | null, onConnected: (connection: MailConnectionView) => void) {
  const clients = useClients();
  const refresh = useRefreshConnection(team);
  const [signIn, setSignIn] = useState<SignIn>({ kind: 'none' });
  const begun = useRef<Waiting | null>(null);
  const become = (next: SignIn): void => {
    begun.current = next.kind === 'waiting' ? next : null;
    setSignIn(next);
  };
  const beginning = useMutation({
    mutationFn: ({ body }: { body: SignInInput; opened: Window | null }) => beginSignIn(clients, team, body),
    onSuccess: (url, { opened }) => {
      const isBlocked = opened === null || opened.closed;
      become({ kind: 'waiting', url, isBlocked, before });
      if (!isBlocked) opened.location.replace(url);
    },
    onError: (_error, { opened }) => opened?.close(),
  });

  // The service knows what is connected; a message only tells the page to ask it. A user may also come back without any message.
  const look = async (): Promise<void> => {
    const waiting = begun.current;
    if (waiting === null) return;
    const connection = await refresh().catch(() => null);
    if (begun.current !== waiting || connection === null || connection.connectedAt === waiting.before) return;
    become({ kind: 'none' });
    onConnected(connection);
  };
  useAnswers((message) => {
    if (message === null || message.ok) void look();
    else if (begun.current !== null) become({ kind: 'refused', reason: message.reason });
  });

  return {
    signIn,
    beginning,
    /** Clears the result of an earlier sign-in. */
    forget: (): void => {
      become({ kind: 'none' });
      beginning.reset();
    },
    /** Call this in the click handler itself: later the browser would not open a window. */
    begin: (body: SignInInput): void => {
      become({ kind: 'none' });
      const opened = window.open('', '_blank', 'popup,width=560,height=720');
      // The provider's page must not reach this one; the result comes through the channel.
      if (opened !== null) opened.opener = null;
      beginning.mutate({ body, opened });
    },
  };
}

/**
 * Calls `hear` with what the window of a sign-in says, and with `null` when the user comes back to this page. It listens from the beginning: a
 * sign-in that needs no person may be over before the page shows that it waits.
 */
function useAnswers(hear: (message: ConnectionMessage | null) => void): void {
  const heard = useEffectEvent(hear);
  useEffect(() => {
    const channel = new BroadcastChannel(CONNECTION_CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<ConnectionMessage>) => heard(data);
    const onFocus = (): void => heard(null);
    window.addEventListener('focus', onFocus);
    return () => {
      channel.close();
      window.removeEventListener('focus', onFocus);
    };
  }, []);
}
