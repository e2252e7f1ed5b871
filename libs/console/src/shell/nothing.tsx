import { Text, Title, type TitleProps } from '@mantine/core';

/** Stands in place of a list that is empty, and says why it is. */
export const Nothing = ({ title, text, mt = 'xl' }: { title: string; text: string } & Pick<TitleProps, 'mt'>) => (
  <div role="status">
    <Title order={2} size="h4" mt={mt} mb="xs">
      {title}
    </Title>
    <Text c="dimmed">{text}</Text>
  </div>
);
