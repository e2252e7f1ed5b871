/** Returns the `webhook-id` header of an event. It is the same in each try and replay, so that a receiver can act only once. */
export const messageIdOf = (eventId: string): string => `msg_${eventId.replaceAll('-', '')}`;
