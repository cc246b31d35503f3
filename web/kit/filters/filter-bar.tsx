import { Button, CloseButton, Group, Popover } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '../icons.tsx';
import { kitText } from '../texts/index.ts';
import { FilterForm } from './filter-form.tsx';
import { describeFilter, type Filter, type FilterField, formatFilter } from './grammar.ts';

/** The active filters as chips (all must hold), each to be edited or taken away, and a button for more. */
export function FilterBar(props: {
  fields: readonly FilterField[];
  filters: readonly Filter[];
  onChange: (filters: Filter[]) => void;
}) {
  const [open, setOpen] = useState<number | 'new' | undefined>();
  const apply = (index: number | 'new', made: Filter[]) => {
    const rest = props.filters.filter((_, at) => at !== index);
    const kept = rest.filter((one) => !made.some((filter) => filter.field === one.field && filter.op === one.op));
    props.onChange([...kept, ...made]);
    setOpen(undefined);
  };
  return (
    <Group gap="xs" role="group" aria-label={kitText.filters}>
      {props.filters.map((filter, index) => {
        const text = describeFilter(filter, props.fields);
        const editable = props.fields.some((field) => field.field === filter.field);
        return (
          <span key={formatFilter(filter)} className="dk-chip">
            <FormPopover
              opened={open === index}
              onClose={() => setOpen(undefined)}
              form={
                <FilterForm
                  fields={props.fields}
                  filter={filter}
                  onApply={(made) => apply(index, made)}
                  onCancel={() => setOpen(undefined)}
                />
              }
            >
              <button
                type="button"
                aria-label={kitText.editFilter(text)}
                onClick={() => (editable ? setOpen(open === index ? undefined : index) : undefined)}
              >
                {text}
              </button>
            </FormPopover>
            <button
              type="button"
              aria-label={kitText.removeFilter(text)}
              onClick={() => props.onChange(props.filters.filter((_, at) => at !== index))}
            >
              <Icon name="cross" size={12} />
            </button>
          </span>
        );
      })}
      <FormPopover
        opened={open === 'new'}
        onClose={() => setOpen(undefined)}
        form={
          <FilterForm
            fields={props.fields}
            onApply={(made) => apply('new', made)}
            onCancel={() => setOpen(undefined)}
          />
        }
      >
        <Button
          variant="default"
          leftSection={<Icon name="filter" />}
          onClick={() => setOpen(open === 'new' ? undefined : 'new')}
        >
          {kitText.addFilter}
        </Button>
      </FormPopover>
      {props.filters.length > 1 && (
        <Button variant="subtle" size="compact-sm" onClick={() => props.onChange([])}>
          {kitText.clearAll}
        </Button>
      )}
    </Group>
  );
}

const FormPopover = (props: {
  opened: boolean;
  onClose: () => void;
  form: React.ReactNode;
  children: React.ReactNode;
}) => (
  <Popover
    opened={props.opened}
    onChange={(opened) => (opened ? undefined : props.onClose())}
    trapFocus
    returnFocus
    position="bottom-start"
    shadow="md"
    width={300}
  >
    <Popover.Target>{props.children}</Popover.Target>
    <Popover.Dropdown aria-label={kitText.filters}>
      <Group justify="flex-end" mb={-24}>
        <CloseButton size="sm" aria-label={kitText.close} onClick={props.onClose} />
      </Group>
      {props.form}
    </Popover.Dropdown>
  </Popover>
);
