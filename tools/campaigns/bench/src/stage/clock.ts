/** Returns the milliseconds since 1970 with fractions, comparable between the processes of one machine. */
export const clock = (): number => performance.timeOrigin + performance.now();

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
