import type { ReactNode } from 'react';

/** The part of a row that opens its details. */
export const RowLink = (props: { onClick: () => void; children: ReactNode }) => (
  <button type="button" className="dk-rowlink" onClick={props.onClick}>
    {props.children}
  </button>
);
