import { Gauge, type Registry } from 'prom-client';

/** Shows on `/metrics` how many gateways are connected to the bus. */
export function busMetrics(registry: Registry, bus: { readonly connections: number }): void {
  registry.registerMetric(
    new Gauge({
      name: 'demarc_bus_connections',
      help: 'Gateways that are connected to the device bus',
      registers: [],
      collect() {
        this.set(bus.connections);
      },
    }),
  );
}
