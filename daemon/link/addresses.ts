/** Host without the brackets of an IPv6 address, and the port with the scheme's default. */
export function hostAndPort(url: URL): { host: string; port: number } {
  const standard = url.protocol === 'http:' ? 80 : 443;
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? standard : Number(url.port) };
}

/** An HTTP proxy that a customer insists on. */
export interface Proxy {
  url: string;
  user?: string | undefined;
  password?: string | undefined;
}

/** The proxy's address with its log-in. */
export function proxyUrl({ url, user, password }: Proxy): URL {
  const whole = new URL(url);
  if (user !== undefined) whole.username = encodeURIComponent(user);
  if (password !== undefined) whole.password = encodeURIComponent(password);
  return whole;
}
