declare module 'pino-roll' {
  import type { DestinationStream } from 'pino';

  interface RollOptions {
    file: string;
    size?: string;
    limit?: { count: number };
    mkdir?: boolean;
    sync?: boolean;
  }
  export default function pinoRoll(options: RollOptions): Promise<DestinationStream & { end(): void }>;
}
