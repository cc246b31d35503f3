import { Stack, Text } from '@mantine/core';
import { ErrorPanel, PageHeader } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useLicences } from '../data/queries.ts';
import { text } from '../texts/index.ts';

const t = text.licences;

/** What the gateway's program is made of, and under which terms (DMN-7). */
export default function LicencesPage() {
  const licences = useLicences();
  const packages = licences.data?.packages ?? [];
  return (
    <Stack className="dw-page">
      <PageHeader title={t.title} note={t.lead} />
      {licences.error && <ErrorPanel error={licences.error} onRetry={() => void licences.refetch()} />}
      {licences.isPending && <Text size="sm">{kitText.loading}</Text>}
      {licences.data && packages.length === 0 && <Text size="sm">{t.none}</Text>}
      {packages.map(({ name, version, licence, text: terms }) => (
        <details key={`${name} ${version}`} className="dw-more">
          <summary>
            {name} {version}, {licence}
          </summary>
          <pre className="dk-json">{terms === '' ? licence : terms}</pre>
        </details>
      ))}
    </Stack>
  );
}
