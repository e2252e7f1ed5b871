// Asks before unsaved work is left: by a link, by the browser's back and forward, by closing or reloading.

type Leave = () => void;
type Guard = (leave: Leave) => void;

let guard: Guard | null = null;
let guardedUrl = '';

/**
 * To be called before anything is rendered: events of the window reach their listeners in the order of registration, and the
 * router must not hear of a step back that is still in question.
 */
export function watchSteps(): void {
  window.addEventListener('popstate', stayOnStep);
}

/** While set, nothing in the page navigates: `ask` gets what to call when the reader wants to leave all the same. */
export function guardNavigation(ask: Guard): () => void {
  guard = ask;
  guardedUrl = location.href;
  window.addEventListener('beforeunload', askBrowser);
  return releaseNavigation;
}

/** From now on everything navigates again. */
export function releaseNavigation(): void {
  guard = null;
  window.removeEventListener('beforeunload', askBrowser);
}

/** For the router: goes at once, or asks first. */
export function navigateGuarded(go: Leave): void {
  if (guard === null) go();
  else guard(go);
}

function askBrowser(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

// The step has been made when the event comes; going on again from there leaves the history as it was.
function stayOnStep(event: PopStateEvent): void {
  if (guard === null || location.href === guardedUrl) return;
  event.stopImmediatePropagation();
  history.pushState(null, '', guardedUrl);
  guard(() => history.back());
}
