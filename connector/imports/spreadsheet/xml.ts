import { SaxesParser } from 'saxes';
import { damaged } from './zip.ts';

/** What is told of a document while it is read; names are without their prefixes. */
export interface XmlHandler {
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  text?(text: string): void;
  close?(name: string): void;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * Reads a document part by part; no entity but XML's own five is known, so nothing can be made to expand. Ends early when
 * `enough` says so. @throws DemarcError `import.damaged`
 */
export async function readXml(
  bytes: AsyncIterable<Buffer>,
  handler: XmlHandler,
  enough: () => boolean = () => false,
): Promise<void> {
  const parser = new SaxesParser();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let failure: Error | undefined;
  parser.on('error', (error) => {
    failure ??= error;
  });
  parser.on('opentag', ({ name, attributes }) => handler.open?.(localName(name), attributes));
  parser.on('text', (text) => handler.text?.(text));
  parser.on('cdata', (text) => handler.text?.(text));
  parser.on('closetag', ({ name }) => handler.close?.(localName(name)));
  try {
    for await (const chunk of bytes) {
      parser.write(decoder.decode(chunk, { stream: true }));
      if (failure !== undefined) throw failure;
      if (enough()) return;
    }
    parser.write(decoder.decode()).close();
    if (failure !== undefined) throw failure;
  } catch (error) {
    throw damaged(error);
  }
}
