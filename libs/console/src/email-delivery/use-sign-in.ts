// Signs in at a provider in a window of its own, and tells how that ends. This page stays as it is meanwhile.
import { CONNECTION_CHANNEL, type ConnectionMessage, type ConnectionRefusal, type MailConnectionView } from '@billing-mail/contracts';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
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
  const beginning = useMutation({
    mutationFn: ({ body }: { body: SignInInput; opened: Window | null }) => beginSignIn(clients, team, body),
    onSuccess: (url, { opened }) => {
      const isBlocked = opened === null || opened.closed;
      if (!isBlocked) opened.location.replace(url);
      setSignIn({ kind: 'waiting', url, isBlocked, before });
    },
    onError: (_error, { opened }) => opened?.close(),
  });

  const finish = useEffectEvent(onConnected);
  const waiting = signIn.kind === 'waiting' ? signIn : null;
  useEffect(() => {
    if (waiting === null) return undefined;
    let isOver = false;
    // The service knows what is connected; the message only tells the page to ask it. A user may also come back without any message.
    const look = async (): Promise<void> => {
      const connection = await refresh().catch(() => null);
      if (isOver || connection === null || connection.connectedAt === waiting.before) return;
      setSignIn({ kind: 'none' });
      finish(connection);
    };
    const channel = new BroadcastChannel(CONNECTION_CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<ConnectionMessage>) => {
      if (data.ok) void look();
      else setSignIn({ kind: 'refused', reason: data.reason });
    };
    const onFocus = (): void => void look();
    window.addEventListener('focus', onFocus);
    return () => {
      isOver = true;
      channel.close();
      window.removeEventListener('focus', onFocus);
    };
  }, [waiting, refresh]);

  return {
    signIn,
    beginning,
    /** Clears the result of an earlier sign-in. */
    forget: (): void => {
      setSignIn({ kind: 'none' });
      beginning.reset();
    },
    /** Call this in the click handler itself: later the browser would not open a window. */
    begin: (body: SignInInput): void => {
      setSignIn({ kind: 'none' });
      const opened = window.open('', '_blank', 'popup,width=560,height=720');
      // The provider's page must not reach this one; the result comes through the channel.
      if (opened !== null) opened.opener = null;
      beginning.mutate({ body, opened });
    },
  };
}
