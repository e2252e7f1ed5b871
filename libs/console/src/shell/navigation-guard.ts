// Asks before a reader leaves unsaved work: by a link, by the browser's back and forward, by closing or reloading.

type Leave = () => void;
type Guard = (leave: Leave) => void;

let guard: Guard | null = null;
let guardedUrl = '';

/**
 * Starts watching. Call it before anything is rendered: listeners of the window run in the order of their registration, and the
 * router must not hear of a step back that is still in question.
 */
export function watchSteps(): void {
  window.addEventListener('popstate', stayOnStep);
}

/** Stops navigation in the page until it is released. `ask` gets the function to call if the reader wants to leave all the same. */
export function guardNavigation(ask: Guard): () => void {
  guard = ask;
  guardedUrl = location.href;
  window.addEventListener('beforeunload', askBrowser);
  return releaseNavigation;
}

/** Lets everything navigate again. */
export function releaseNavigation(): void {
  guard = null;
  window.removeEventListener('beforeunload', askBrowser);
}

/** Navigates at once or asks first; for the router. */
export function navigateGuarded(go: Leave): void {
  if (guard === null) go();
  else guard(go);
}

function askBrowser(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

// When the event comes, the step has been made; pushing the guarded address again leaves the history as it was.
function stayOnStep(event: PopStateEvent): void {
  if (guard === null || location.href === guardedUrl) return;
  event.stopImmediatePropagation();
  history.pushState(null, '', guardedUrl);
  guard(() => history.back());
}
