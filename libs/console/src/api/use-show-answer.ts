import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

/**
 * Returns a function that shows what a service answered to a change in place of what was read before. A read that is still under way may
 * be older than the change, so its answer is dropped.
 */
export function useShowAnswer(): (queryKey: readonly unknown[], answer: unknown) => void {
  const queryClient = useQueryClient();
  return useCallback(
    (queryKey, answer) => {
      void queryClient.cancelQueries({ queryKey, exact: true });
      queryClient.setQueryData(queryKey, answer);
    },
    [queryClient],
  );
}
