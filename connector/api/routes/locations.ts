import { Location, LocationEdit, LocationsCreate, LocationsCreated } from '#contract/api/locations.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import { type LocationRow, locationDto, locationsList } from '../../lists/locations.ts';
import { Locations } from '../../locations/locations.ts';
import { allow, eventActor } from '../access.ts';
import { listRoutes, oneRoute } from '../list-routes.ts';
import {
  type Api,
  accountResource,
  answers,
  ById,
  created,
  IfMatch,
  matchOf,
  nothing,
  type Parts,
} from '../routing.ts';

const tags = ['Locations'];
const columns: CsvColumn<Location>[] = [
  { heading: 'Account', value: (row) => row.accountName },
  { heading: 'Location', value: (row) => row.name },
  { heading: 'Street', value: (row) => row.address.street },
  { heading: 'Postal code', value: (row) => row.address.postalCode },
  { heading: 'City', value: (row) => row.address.city },
  { heading: 'Region', value: (row) => row.address.region },
  { heading: 'Country', value: (row) => row.address.country },
  { heading: 'Details', value: (row) => row.address.details },
  { heading: 'Gateways', value: (row) => row.gateways.map(({ name }) => name).join(', ') },
  { heading: 'Extension ranges', value: (row) => row.ranges },
  { heading: 'Direct-dial entries', value: (row) => row.dids },
];

/** Places of accounts. */
export function locationRoutes(app: Api, parts: Parts): void {
  const { store, clock } = parts;
  const locations = new Locations({ store, clock });
  const of = { path: '/locations', tags, access: 'integrations:view', list: locationsList, item: Location } as const;

  listRoutes<LocationRow, Location>(app, parts, {
    ...of,
    words: 'locations',
    itemOf: locationDto,
    within: 'l.account_id',
    columns,
  });
  const { allowed, known } = oneRoute<LocationRow, Location>(app, parts, {
    ...of,
    words: 'location',
    itemOf: locationDto,
  });

  app.post(
    '/locations',
    {
      config: { access: 'integrations:add' },
      schema: {
        summary: 'Add locations by their names: all of them or none',
        tags,
        body: LocationsCreate,
        response: created(LocationsCreated),
      },
    },
    async (request, reply) => {
      allow(request, await accountResource(store.db, request.body.account));
      const ids = await locations.create(request.body, { actor: eventActor(request), requestId: request.id });
      return reply.code(201).send({ items: await Promise.all(ids.map(known)) });
    },
  );

  app.put(
    '/locations/:id',
    {
      config: { access: 'integrations:edit' },
      schema: {
        summary: 'Set a location anew; If-Match must name the version that was read',
        tags,
        params: ById,
        headers: IfMatch,
        body: LocationEdit,
        response: answers(Location),
      },
    },
    async (request, reply) => {
      const { id } = await allowed(request, request.params.id);
      const match = matchOf(request.headers);
      await locations.replace(id, request.body, match, { actor: eventActor(request), requestId: request.id });
      const location = await known(id);
      return reply.header('etag', location.etag).send(location);
    },
  );

  app.delete(
    '/locations/:id',
    {
      config: { access: 'integrations:delete' },
      schema: {
        summary: 'Delete a location that nothing refers to',
        tags,
        params: ById,
        response: nothing,
      },
    },
    async (request, reply) => {
      const { id } = await allowed(request, request.params.id);
      await locations.remove(id, { actor: eventActor(request), requestId: request.id });
      return reply.code(204).send(null);
    },
  );
}
