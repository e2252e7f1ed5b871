/** Header `webhook-id` of an event: the same in each try and replay, so that a receiver acts once. */
export const messageIdOf = (eventId: string): string => `msg_${eventId.replaceAll('-', '')}`;
