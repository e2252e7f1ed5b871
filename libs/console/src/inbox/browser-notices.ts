// Notices that the browser shows while the page is in the background. Browsers ask for leave only after a click of the reader's; whether they
// are wanted is kept for this browser, as leave can not be given back from here.
import { type NotificationView } from '@billing-mail/contracts';

const STORAGE_KEY = 'billing-mail.browser-notices';

/** `missing`: this browser has none, or not for pages without encryption. `blocked`: the reader said no to the browser, which only it can take back. */
export type BrowserNotices = 'missing' | 'blocked' | 'off' | 'on';

export function browserNotices(): BrowserNotices {
  if (!('Notification' in globalThis)) return 'missing';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && localStorage.getItem(STORAGE_KEY) === 'on' ? 'on' : 'off';
}

/** To be called in answer to a click. Says what came of it. */
export async function switchBrowserNotices(isWanted: boolean): Promise<BrowserNotices> {
  if (!isWanted) localStorage.removeItem(STORAGE_KEY);
  else if ((await Notification.requestPermission()) === 'granted') localStorage.setItem(STORAGE_KEY, 'on');
  return browserNotices();
}

/** Nothing but the title: others may look at the screen. One that is counted up replaces itself. */
export function showBrowserNotice({ id, title }: NotificationView, onClick: () => void): void {
  if (!document.hidden || browserNotices() !== 'on') return;
  const notice = new Notification(title, { tag: id, icon: '/favicon.svg' });
  notice.onclick = () => {
    window.focus();
    notice.close();
    onClick();
  };
}
