import { Location, LocationEdit, LocationsCreate, LocationsCreated } from '#contract/api/locations.ts';
import { ListQuery, Page } from '#contract/api.ts';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CsvColumn } from '../../lists/csv.ts';
import { readAll, readList, readOne } from '../../lists/list.ts';
import { type LocationRow, locationDto, locationsList } from '../../lists/locations.ts';
import { Locations } from '../../locations/locations.ts';
import { allow, eventActor } from '../access.ts';
import { CsvQuery, csvAnswer, sendCsv } from '../csv-export.ts';
import {
  type Api,
  accountResource,
  allowRow,
  answers,
  ById,
  created,
  IfMatch,
  matchOf,
  nothing,
  type Parts,
  visibleBy,
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
export function locationRoutes(app: Api, { store, clock }: Parts): void {
  const locations = new Locations({ store, clock });
  const find = (id: string) => readOne<LocationRow>(store.db, locationsList, id);
  const one = async (id: string): Promise<Location> => {
    const row = await find(id);
    if (row === undefined) throw new DemarcError('api.not-found', 'location');
    return locationDto(row);
  };

  app.get(
    '/locations',
    {
      config: { access: 'integrations:view' },
      schema: { summary: 'List locations', tags, querystring: ListQuery, response: answers(Page(Location)) },
    },
    async (request) => {
      const within = await visibleBy(request, store.db, 'l.account_id', request.query.account);
      const page = await readList<LocationRow>(store.db, locationsList, within, request.query, clock.now());
      return { items: page.rows.map(locationDto), nextCursor: page.nextCursor, total: page.total };
    },
  );

  app.get(
    '/locations.csv',
    {
      config: { access: 'integrations:view' },
      schema: { summary: 'Export locations as CSV', tags, querystring: CsvQuery, response: csvAnswer },
    },
    async (request, reply) => {
      const within = await visibleBy(request, store.db, 'l.account_id', request.query.account);
      const rows = readAll<LocationRow, Location>(
        store.db,
        locationsList,
        within,
        request.query,
        clock.now(),
        locationDto,
      );
      return sendCsv(reply, 'locations.csv', rows, columns, request.query.bom);
    },
  );

  app.get(
    '/locations/:id',
    {
      config: { access: 'integrations:view' },
      schema: { summary: 'One location, with its ETag', tags, params: ById, response: answers(Location) },
    },
    async (request, reply) => {
      const location = locationDto(await allowRow(request, store.db, await find(request.params.id)));
      return reply.header('etag', location.etag).send(location);
    },
  );

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
      return reply.code(201).send({ items: await Promise.all(ids.map(one)) });
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
      const { id } = await allowRow(request, store.db, await find(request.params.id));
      const match = matchOf(request.headers);
      await locations.replace(id, request.body, match, { actor: eventActor(request), requestId: request.id });
      const location = await one(id);
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
      const { id } = await allowRow(request, store.db, await find(request.params.id));
      await locations.remove(id, { actor: eventActor(request), requestId: request.id });
      return reply.code(204).send(null);
    },
  );
}
