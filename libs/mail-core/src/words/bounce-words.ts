import { type BounceClass } from '@billing-mail/contracts';

/** Whole sentences: why a document came back, and what to do. */
export type BounceWords = { happened: string; todo: string };
/** The words of one language; a class without words does not compile. */
export type BounceCatalogue = Readonly<Record<BounceClass, BounceWords>>;
