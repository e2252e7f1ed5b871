/** Header `webhook-id` of an event. It is the same in each try and replay, so that a receiver can act once. */
export const messageIdOf = (eventId: string): string => `msg_${eventId.replaceAll('-', '')}`;
