import { Checkbox, Fieldset, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { FIXED_RIGHTS, Permission, partsOf, possibleTicks, ROLE_PERMISSIONS, type RoleBase } from '#contract/access.ts';
import { text } from '../../texts/index.ts';

const t = text.roles;

const VERBS = ['view', 'add', 'edit', 'assign', 'delete'] as const;
const OWN_VERBS = 'support';
const CATEGORIES = [...new Set(Permission.options.map((one) => partsOf(one).category))];

const word = (words: Readonly<Record<string, string>>, name: string): string => words[name] ?? name;
const rightOf = (category: string, verb: string) => Permission.safeParse(`${category}:${verb}`).data;

/**
 * The rights of a role as ticks: a line for each category, a column for each verb; what the base does not have cannot be
 * ticked (ROL-4 to ROL-8). The verbs of support stand apart.
 */
export function RoleTicks(props: {
  base: RoleBase;
  ticked: readonly Permission[];
  /** Left out: only shown. */
  onChange?: ((ticked: Permission[]) => void) | undefined;
}) {
  const { base, ticked, onChange } = props;
  const possible = ROLE_PERMISSIONS[base];
  const toggle = (right: Permission) => {
    const without = ticked.filter((one) => one !== right);
    // Somebody who ticks a verb means that it can be used: its VIEW comes along.
    const view = rightOf(partsOf(right).category, 'view');
    const wanted = ticked.includes(right) ? without : [...without, right, ...(view ? [view] : [])];
    onChange?.(possibleTicks(base, wanted));
  };
  const box = (right: Permission, label: string, shown?: string) => {
    const isFixed = FIXED_RIGHTS.includes(right);
    return (
      <Checkbox
        size="sm"
        aria-label={isFixed ? `${label} (${t.fixed})` : label}
        {...(shown !== undefined && { label: shown })}
        checked={ticked.includes(right)}
        disabled={onChange === undefined || isFixed}
        onChange={() => toggle(right)}
      />
    );
  };
  const support = Permission.options.filter((one) => partsOf(one).category === OWN_VERBS && possible.includes(one));
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t.ticksNote}
      </Text>
      <Table.ScrollContainer minWidth={460} tabIndex={0} aria-label={t.ticks} role="region">
        <Table verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t.category}</Table.Th>
              {VERBS.map((verb) => (
                <Table.Th key={verb} scope="col">
                  {t.verbs[verb]}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {CATEGORIES.filter((category) => category !== OWN_VERBS).map((category) => {
              const name = word(t.categories, category);
              return (
                <Table.Tr key={category}>
                  <Table.Th scope="row" fw={500}>
                    {name}
                  </Table.Th>
                  {VERBS.map((verb) => {
                    const right = rightOf(category, verb);
                    return (
                      <Table.Td key={verb}>
                        {right !== undefined && possible.includes(right) ? (
                          box(right, `${name}: ${t.verbs[verb]}`)
                        ) : (
                          <Text span c="dimmed" role="img" aria-label={t.notApplicable}>
                            –
                          </Text>
                        )}
                      </Table.Td>
                    );
                  })}
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Fieldset legend={t.categories.support}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs">
          {support.map((right) => {
            const name = word(t.supportVerbs, partsOf(right).verb);
            return <div key={right}>{box(right, `${t.categories.support}: ${name}`, name)}</div>;
          })}
        </SimpleGrid>
      </Fieldset>
    </Stack>
  );
}
