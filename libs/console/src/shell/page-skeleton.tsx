import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { useLanguage } from '../words/words-context.js';

/** Placeholder for a page that is loading, in the shape of what comes. */
export function PageSkeleton({ blocks = [120, 240, 240], hasTitle = true }: { blocks?: readonly number[]; hasTitle?: boolean }) {
  const { words } = useLanguage();
  return (
    <div role="status">
      <VisuallyHidden>{words.page.loading}</VisuallyHidden>
      <Stack gap="lg" aria-hidden>
        {hasTitle ? <Skeleton height={34} width="min(20rem, 70%)" /> : null}
        {blocks.map((height, index) => (
          <Skeleton key={index} height={height} radius="md" />
        ))}
      </Stack>
    </div>
  );
}
