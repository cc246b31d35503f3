import { Text } from '@mantine/core';
import { PageHeader } from '#web/kit/panels.tsx';
import { text } from '../texts/index.ts';

export const NotFound = () => (
  <>
    <PageHeader title={text.app.notFound} />
    <Text>{text.app.notFoundNext}</Text>
  </>
);

export const NotAllowed = () => (
  <>
    <PageHeader title={text.app.broken} />
    <Text>{text.app.noRight}</Text>
  </>
);
