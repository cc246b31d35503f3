import { Group } from '@mantine/core';
import type { Application } from '#contract/api.ts';
import type { Tunnel } from '#contract/tunnels.ts';
import { ApplicationType, LicenceType, SwaStatus } from '#contract/words.ts';
import { Age } from '#web/kit/age.tsx';
import type { FilterField } from '#web/kit/filters/grammar.ts';
import { Facts } from '#web/kit/panels.tsx';
import { SwaBadge } from '#web/kit/status-badge.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { FactTable } from '../../parts/fact-table.tsx';
import { text } from '../../texts/index.ts';
import { Portal } from '../tunnels/launch-portal.tsx';
import { LicenceBadge } from './licence.tsx';

const t = text.platforms;

/** What platforms and applications can both be filtered by; `field` is the name of the type there. */
export const inventoryFields = (field: 'type' | 'applicationType', label: string): readonly FilterField[] => [
  { field, label, kind: 'choice', choices: ApplicationType.options.map((value) => ({ value, label: value })) },
  {
    field: 'licenceType',
    label: t.licence,
    kind: 'choice',
    choices: LicenceType.options.map((value) => ({ value, label: text.inventory.licences[value] })),
  },
  {
    field: 'swaStatus',
    label: t.swa,
    kind: 'choice',
    choices: SwaStatus.options.map((value) => ({ value, label: kitText.swa[value] })),
  },
];

/** Everything that is known of an application. */
export const ApplicationFacts = (props: { application: Application; tunnels: readonly Tunnel[] | undefined }) => {
  const { application } = props;
  return (
    <>
      <Facts
        items={[
          [t.account, application.accountName],
          [text.applications.platform, application.platformName],
          [text.applications.type, application.type],
          [text.applications.name, application.name],
          [t.licence, <LicenceBadge key="licence" licence={application.licence} />],
          [text.inventory.licenceId, application.licence?.id],
          [t.swa, <SwaBadge key="swa" status={application.swaStatus} />],
          [
            t.portal,
            <Group key="portal" gap="xs">
              <Portal application={application} tunnels={props.tunnels} />
            </Group>,
          ],
          [t.reported, <Age key="reported" at={application.reportedAt} />],
        ]}
      />
      <FactTable label={t.version} facts={[{ label: t.version, fact: application.version }]} />
    </>
  );
};
