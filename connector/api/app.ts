import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import type { AppOptions } from './options.ts';

/** Builds the connector's HTTP side: API, console, health and metrics. It listens only when `listen` is called. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({ loggerInstance: options.log });
  return app as unknown as FastifyInstance;
}
