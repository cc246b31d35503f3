import type { ReactNode } from 'react';

/**
 * A small table that shows all it has; too wide a one scrolls in itself. As `cards`, its rows become cards on a narrow
 * screen, where each cell needs its heading as `data-label`.
 */
export const PlainTable = (props: {
  label: string;
  headings: readonly string[];
  cards?: boolean;
  minWidth?: string;
  children: ReactNode;
}) => (
  <div className="dk-scroll-x" role="region" aria-label={props.label} tabIndex={0}>
    <table className={props.cards ? 'dk-table' : 'dk-mini'} style={{ minWidth: props.minWidth }}>
      <thead>
        <tr>
          {props.headings.map((heading) => (
            <th key={heading} scope="col">
              <span>{heading}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{props.children}</tbody>
    </table>
  </div>
);
