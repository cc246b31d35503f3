import { Anchor, Button, Group, Loader, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { RoleInfo } from '#contract/api/roles.ts';
import { Age } from '#web/kit/age.tsx';
import { count } from '#web/kit/format/numbers.ts';
import { Icon } from '#web/kit/icons.tsx';
import { ErrorPanel, PageHeader } from '#web/kit/panels.tsx';
import { kitText } from '#web/kit/texts/index.ts';
import { useAccount } from '../../data/account.tsx';
import { useMay, useMe } from '../../data/me.tsx';
import { useOneAccount } from '../../data/one-account.ts';
import { roleLabel, useRoles } from '../../data/roles.ts';
import { text } from '../../texts/index.ts';
import { RoleCreateForm } from './role-create.tsx';
import { RoleDelete } from './role-delete.tsx';

const t = text.roles;

type Wish = { step: 'new' } | { step: 'copy' | 'delete'; role: RoleInfo };

/** The roles of the partner, or (for whoever reaches accounts only) those that can be given there. */
export default function Roles() {
  const { role } = useMe();
  const { account } = useAccount();
  const { only } = useOneAccount();
  const ofPartner = role === 'Partner' && account === undefined;
  const place = ofPartner ? undefined : (account ?? only);
  const [, navigate] = useLocation();
  const roles = useRoles(place, ofPartner || place !== undefined);
  const mayAdd = useMay('roles:add') && ofPartner;
  const [wish, setWish] = useState<Wish | undefined>();
  const close = () => setWish(undefined);
  const open = ({ id }: RoleInfo) => navigate(`/roles/${encodeURIComponent(id)}`);
  return (
    <>
      <PageHeader
        title={t.title}
        note={t.note}
        actions={
          mayAdd && (
            <Button leftSection={<Icon name="plus" />} onClick={() => setWish({ step: 'new' })}>
              {t.newRole}
            </Button>
          )
        }
      />
      {roles.error && <ErrorPanel error={roles.error} onRetry={() => void roles.refetch()} />}
      {roles.isLoading && <Loader aria-label={kitText.loading} role="status" />}
      {roles.data && <RoleTable roles={roles.data} ofPartner={ofPartner} onWish={setWish} />}
      {wish?.step === 'new' && <RoleCreateForm onMade={open} onClose={close} />}
      {wish?.step === 'copy' && <RoleCreateForm copy={wish.role} onMade={open} onClose={close} />}
      {wish?.step === 'delete' && <RoleDelete role={wish.role} onGone={close} onClose={close} />}
    </>
  );
}

function RoleTable(props: { roles: readonly RoleInfo[]; ofPartner: boolean; onWish: (wish: Wish) => void }) {
  const [mayAdd, mayDelete] = [useMay('roles:add'), useMay('roles:delete')];
  return (
    <div className="dk-table-frame" role="region" aria-label={t.title} tabIndex={0}>
      <table className="dk-table" role="table">
        <thead role="rowgroup">
          <tr role="row">
            {[t.name, t.base, ...(props.ofPartner ? [t.people, t.accounts] : []), t.modified, t.actions].map((head) => (
              <th key={head} role="columnheader" scope="col">
                <span>{head}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {props.roles.map((role) => (
            <tr key={role.id} role="row">
              <Cell label={t.name} wrap>
                <Stack gap={0}>
                  {role.custom && props.ofPartner ? (
                    <Anchor component={Link} href={`/roles/${encodeURIComponent(role.id)}`} size="sm" fw={500}>
                      {role.name}
                    </Anchor>
                  ) : (
                    <Text size="sm" fw={500}>
                      {roleLabel(role.id, role.name)}
                    </Text>
                  )}
                  {role.description !== '' && (
                    <Text size="xs" c="dimmed">
                      {role.description}
                    </Text>
                  )}
                </Stack>
              </Cell>
              <Cell label={t.base}>{role.base === null ? t.builtIn : t.bases[role.base]}</Cell>
              {props.ofPartner && <Cell label={t.people}>{count(role.people)}</Cell>}
              {props.ofPartner && (
                <Cell label={t.accounts}>{role.base === 'Account Admin' ? count(role.accounts) : '–'}</Cell>
              )}
              <Cell label={t.modified}>
                {role.modifiedAt === null ? (
                  '–'
                ) : (
                  <>
                    <Age at={role.modifiedAt} inRow /> {role.modifiedBy && t.by(role.modifiedBy)}
                  </>
                )}
              </Cell>
              <Cell label={t.actions}>
                {role.custom && props.ofPartner && (
                  <Group gap={4}>
                    {mayAdd && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={t.duplicateOf(role.name)}
                        onClick={() => props.onWish({ step: 'copy', role })}
                      >
                        {t.duplicate}
                      </Button>
                    )}
                    {mayDelete && (
                      <Button
                        size="compact-xs"
                        variant="default"
                        aria-label={t.deleteOf(role.name)}
                        onClick={() => props.onWish({ step: 'delete', role })}
                      >
                        {t.deleteRole}
                      </Button>
                    )}
                  </Group>
                )}
              </Cell>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Cell = (props: { label: string; wrap?: boolean; children: ReactNode }) => (
  <td role="cell" data-label={props.label} className={props.wrap ? 'dk-wrap' : undefined}>
    <div>{props.children}</div>
  </td>
);
