import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { Integration, IntegrationFeature } from '#contract/api/integrations.ts';
import { formatFilter } from '#web/kit/filters/grammar.ts';
import { count } from '#web/kit/format/numbers.ts';
import { said } from '#web/kit/said.ts';
import { useMay } from '../../data/me.tsx';
import { pageOf, useGatewayTunnels } from '../../data/tunnels.ts';
import { text } from '../../texts/index.ts';
import { LaunchButton } from '../tunnels/launch-button.tsx';

const t = text.integrations;

/** What a PBX offers beside its connection, folded until somebody wants to see it (INT-4, INT-8). */
export const Features = (props: { item: Integration }) => (
  <details className="dk-small">
    <summary title={t.featuresHint}>{t.features}</summary>
    <ul>
      {props.item.features.map((feature) => (
        <li key={feature.id}>
          <strong>{t.feature[feature.id]}</strong> <What item={props.item} feature={feature} />
        </li>
      ))}
    </ul>
  </details>
);

function What(props: { item: Integration; feature: IntegrationFeature }) {
  const { item, feature } = props;
  if (!feature.offered) {
    return (
      <>
        {t.notSupported}. {feature.note === null ? feature.id === 'admin-portal' && t.noPortal : said(feature.note)}
      </>
    );
  }
  if (feature.id === 'admin-portal') return <Portal item={item} />;
  const onPbx = `?filter=${encodeURIComponent(formatFilter({ field: 'pbx', op: 'eq', value: item.subject ?? '' }))}`;
  const href = { 'sip-trunks': `/trunks${onPbx}`, users: `/users${onPbx}`, numbers: `/numbers/dids${onPbx}` };
  const where = feature.id === 'activity' ? undefined : href[feature.id];
  return (
    <>
      {feature.count !== null && `${t.count(count(feature.count))} `}
      {where !== undefined && (
        <Anchor component={Link} href={where} inherit underline="always">
          {t.open}
        </Anchor>
      )}{' '}
      {feature.note && said(feature.note)}
    </>
  );
}

/** Launch where a tunnel leads to the page. */
function Portal(props: { item: Integration }) {
  const { item } = props;
  const tunnels = useGatewayTunnels(item.gateway ?? '');
  const may = useMay('support:launch');
  const page = pageOf(tunnels.data?.items, item.subject);
  if (page === undefined || !may) return text.applications.hasPortal;
  return <LaunchButton tunnel={page} />;
}
