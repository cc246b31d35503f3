import { type Filter, FilterParser } from 'ldapts';
import { DemarcError } from '#contract/errors/demarc-error.ts';

/** Parses a search filter (RFC 4515). @throws DemarcError `ldap.bad-filter` */
export function parseFilter(filter: string): Filter {
  try {
    return FilterParser.parseString(filter);
  } catch (error) {
    throw new DemarcError('ldap.bad-filter', filter.slice(0, 200), { cause: error });
  }
}

/** Whether this is a valid search filter, for the check of a form. */
export function isFilter(filter: string): boolean {
  try {
    parseFilter(filter);
    return true;
  } catch {
    return false;
  }
}
